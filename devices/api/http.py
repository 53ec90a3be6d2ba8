"""Calls of phones: JSON in, JSON or a problem out, and who is calling."""

import json
import logging
import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from accounts.holds.disputes import InDispute
from core import base64url
from core.i18n import gettext_lazy as _
from core.keys.crypto import CannotUnseal, digest_matches, keyed_digest
from core.limits.counters import LimitReached
from core.web.http import sessionless
from devices.api.problems import Problem, not_now, response_to, too_many
from devices.backups.errors import (
    Refused,
    malformed,
    suspended,
    too_large,
    unknown_phone,
    unlinked,
)
from devices.models import Installation
from devices.models.installation import DIGEST_PURPOSE

logger = logging.getLogger(__name__)

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
OfPhone = Callable[Concatenate[HttpRequest, Installation, P], HttpResponse]
SCHEME = re.compile(r"Device (?P<id>[0-9a-f-]{36})\.(?P<secret>[A-Za-z0-9_-]{43})")
IN_DISPUTE = _("Your account is in dispute. Sign in to the portal to see why.")


def api_endpoint(*methods: str) -> Callable[[View[P]], View[P]]:
    """Mark a view that phones call: no session, no CSRF token, problems instead of pages."""

    def decorator(view: View[P]) -> View[P]:
        @csrf_exempt
        @sessionless
        @wraps(view)
        def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in methods:
                return _wrong_method(methods)
            try:
                return view(request, *args, **kwargs)
            except Refused as refused:
                return response_to(refused)
            except LimitReached as limit:
                return too_many(limit)
            except CannotUnseal as error:
                logger.critical("%s: %s", request.path, error)
                return not_now()
            except InDispute:
                return response_to(Problem(409, "in_dispute", IN_DISPUTE))

        return answered

    return decorator


def _wrong_method(methods: tuple[str, ...]) -> HttpResponse:
    title = _("This address doesn’t accept that request.")
    response = response_to(Problem(405, "wrong_method", title))
    response["Allow"] = ", ".join(methods)
    return response


def installation_required(view: OfPhone[P]) -> View[P]:
    """Give the view the installation that is calling; unlinked and suspended ones are refused."""

    @wraps(view)
    def known(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        installation = caller(request)
        if installation.is_unlinked:
            raise unlinked()
        if installation.is_suspended:
            raise suspended()
        return view(request, installation, *args, **kwargs)

    return known


def digest_of(device: str) -> str:
    """Return what is kept of a phone's secret; `device` is its SHA-256 in base64url."""
    return keyed_digest(DIGEST_PURPOSE, device)


def shown(request: HttpRequest) -> tuple[UUID, str]:
    """Return the id and the SHA-256 (base64url) of the secret that a request shows.

    Raises `Refused` if it shows none.
    """
    match = SCHEME.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        raise unknown_phone()
    try:
        return UUID(match["id"]), fingerprint(match["secret"])
    except ValueError as error:
        raise unknown_phone() from error


def fingerprint(secret: str) -> str:
    """Return the SHA-256 of a secret in base64url, as phones send it when they link."""
    return base64url.encode(sha256(base64url.decode(secret)).digest())


def caller(request: HttpRequest) -> Installation:
    """Return the installation that shows its secret, unlinked or not; raises `Refused`."""
    public_id, device = shown(request)
    rows = Installation.objects.select_related("user", "phone")
    row = rows.filter(public_id=public_id, user__is_active=True).first()
    if row is None or not digest_matches(row.digest, DIGEST_PURPOSE, device):
        raise unknown_phone()
    row.reseal(device.encode())  # on contact, so that an older sealing key can go
    return row


def body_of(request: HttpRequest, *, most: int = 0) -> dict[str, Any]:
    """Read the JSON object of a request of at most `most` bytes; raises `Refused`."""
    raw = _raw(request, most or settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise malformed() from error
    if not isinstance(body, dict):
        raise malformed()
    return body


def _raw(request: HttpRequest, most: int) -> bytes:
    """Read a body; nothing is read of one that says that it is longer."""
    if _length(request) > most:
        raise too_large()
    try:
        return request.read()
    except UnreadablePostError as error:  # the phone is gone already
        raise malformed() from error


def _length(request: HttpRequest) -> int:
    """Return how much there is to read, as Django sees it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
