"""Linking and being told: what a phone calls before it has anything to save."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from accounts.activity.origin import Origin
from accounts.contacts.normalization import mask_address
from core.i18n import gettext_lazy as _
from core.i18n import one_line
from core.keys.crypto import digest_matches
from core.limits import rates
from core.web.http import client_of
from devices.api.http import api_endpoint, body_of, caller, digest_of, shown
from devices.api.problems import Problem
from devices.authenticator import origin
from devices.backups.apps import app_linking, heartbeats
from devices.backups.apps.app_linking import Claimant
from devices.backups.errors import SUSPENDED, malformed, unlinked
from devices.backups.storage import setbacks
from devices.models import Installation, LinkRequest
from devices.models.installation import DIGEST_PURPOSE
from devices.models.phone import NAME_LENGTH
from devices.phones import linked_phones

FINGERPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
TEXT_LENGTH = 1000  # of anything that is read: what is longer is not looked at
MOST = 1_000_000  # of anything that a phone counts


@api_endpoint("POST")
def link_look(request: HttpRequest) -> HttpResponse:
    """Say whose account a code is of, so that the app can ask before it links."""
    row = _found(request, _text(body_of(request), "code"))
    return JsonResponse(
        {
            "account": mask_address(row.user.email),
            # Whole: a mask of a stranger's may look like one's own. Who has the code may know it.
            "address": row.user.email,
            "purpose": row.purpose,
            "is_here": app_linking.is_proved_here(row, _nonce_in(request)),
            "expires": row.expires_at,
        }
    )


def _nonce_in(request: HttpRequest) -> str:
    """Return what a page of the portal left in this browser, the one cookie that calls may show."""
    return request.COOKIES.get(settings.APP_LINK_COOKIE_NAME, "")


def _found(request: HttpRequest, code: str) -> LinkRequest:
    """Find a code; what is wrong costs the address one of its tries."""
    network = client_of(request).network
    rates.APP_CLAIMS.take(network)
    try:
        row = app_linking.find(code)
    except app_linking.UnknownCode as error:
        raise _unknown_code() from error
    rates.APP_CLAIMS.give_back(network)
    return row


def _unknown_code() -> Problem:
    title = _("This code isn’t valid, or has expired. Make a new one in the portal.")
    return Problem(404, "link_unknown", title)


@api_endpoint("POST")
def link_claim(request: HttpRequest) -> HttpResponse:
    """Let the phone have a code; from another screen the number has to be typed there as well."""
    body, known = body_of(request), _known(request)
    code = _text(body, "code")
    name, device = one_line(_text(body, "name"))[:NAME_LENGTH], _text(body, "device")
    if known is None and not FINGERPRINT.fullmatch(device):
        raise malformed()
    was_here = _found(request, code).is_here
    nonce = _nonce_in(request)
    row = _claim(code, Claimant(digest_of(device), name, client_of(request), known, nonce))
    response = JsonResponse({**_claimed(row), "confirm": _confirm_at(row, was_here)}, status=201)
    response.delete_cookie(settings.APP_LINK_COOKIE_NAME, samesite="Strict")
    return response


def _confirm_at(row: LinkRequest, was_here: bool) -> str:
    """Return where the number is typed, if the page that would ask for it is not shown yet."""
    if row.is_here or not was_here or not origin.own():
        return ""
    return f"{origin.portal()}{reverse('devices:confirm_app', args=[row.public_id])}"


def _known(request: HttpRequest) -> Installation | None:
    """Return the installation of a phone that is linked already, if the request shows one."""
    if "Authorization" not in request.headers:
        return None
    row = caller(request)
    if row.is_unlinked:
        raise unlinked()
    if row.is_suspended:
        raise Problem(409, "suspended", SUSPENDED)
    return row


def _claim(code: str, claimant: Claimant) -> LinkRequest:
    try:
        return app_linking.claim(typed=code, claimant=claimant)
    except (app_linking.UnknownCode, app_linking.Ended) as error:
        raise _unknown_code() from error
    except app_linking.AnotherAccount as error:
        title = _("This phone is linked to another account. Unlink it there first.")
        raise Problem(409, "other_account", title) from error
    except linked_phones.TooManyPhones as error:
        title = _("Your account has the maximum number of phones. Unlink one first.")
        raise Problem(409, "too_many_phones", title) from error


def _claimed(row: LinkRequest) -> dict[str, Any]:
    return {
        "installation": str(row.installation_id_drawn),
        "number": row.number,
        "account": mask_address(row.user.email),
        "origin_is_here": row.is_here,
        "status": "linked" if row.confirmed_at else "waiting",
        "expires": row.expires_at,
    }


@api_endpoint("GET")
def link(request: HttpRequest) -> HttpResponse:
    """Say whether the number was typed."""
    row = _claim_of(request)
    if row is None or row.confirmed_at:
        installation = caller(request)
        if installation.is_unlinked:
            raise unlinked()
        return JsonResponse({"status": "linked"})
    if not LinkRequest.objects.live().filter(pk=row.pk).exists():
        title = _("Linking took too long or was cancelled in the portal. Start again there.")
        raise Problem(410, "link_ended", title)
    return JsonResponse({"status": "waiting"})


def _claim_of(request: HttpRequest) -> LinkRequest | None:
    public_id, device = shown(request)
    row = app_linking.claimed_by(public_id)
    return row if row and digest_matches(row.device_digest, DIGEST_PURPOSE, device) else None


@api_endpoint("POST")
def heartbeat(request: HttpRequest) -> HttpResponse:
    """Take what the phone says of itself, and tell it how things stand."""
    installation = caller(request)
    body = body_of(request)
    unsaved, accounts = _count(body, "unsaved"), _count(body, "accounts")
    known = _count(body, "version") if body.get("version") is not None else 0
    heartbeats.note(installation, unsaved=unsaved, accounts=accounts)
    if installation.is_unlinked:
        return JsonResponse(heartbeats.to_unlinked(installation))
    setbacks.note(installation, known=known, origin=Origin(client_of(request)))
    return JsonResponse(heartbeats.to_linked(installation))


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key, "")
    if not isinstance(value, str) or len(value) > TEXT_LENGTH:
        raise malformed()
    return value


def _count(body: dict[str, Any], key: str) -> int:
    value = body.get(key)
    if type(value) is not int or not 0 <= value <= MOST:
        raise malformed()
    return value
