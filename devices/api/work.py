"""What a phone asks about its accounts with organisations."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts import organisation_accounts
from accounts.activity.origin import Origin
from accounts.models import Enrolment
from core.i18n import gettext_lazy as _
from core.keys.crypto import CannotUnseal
from core.limits import rates
from core.limits.counters import FactorDisabled
from core.web.http import client_of
from devices.api.http import api_endpoint, body_of, installation_required
from devices.api.problems import Problem
from devices.authenticator import work_accounts
from devices.backups.errors import malformed
from devices.factors.provisioning import key_of
from devices.models import Authenticator, Installation


@api_endpoint("GET")
@installation_required
def overview(request: HttpRequest, installation: Installation) -> HttpResponse:
    """List the accounts of the person with organisations, as they stand on this phone."""
    rows = installation.user.enrolments.select_related("organisation")
    return JsonResponse({"enrolments": [_said(installation, row) for row in rows]})


def _said(installation: Installation, enrolment: Enrolment) -> dict[str, Any]:
    return {
        "id": str(enrolment.public_id),
        "organisation": enrolment.organisation.name,
        "label": enrolment.label,
        "state": work_accounts.state_on(installation, enrolment),
        "here": work_accounts.is_here(installation, enrolment),
        "help": enrolment.organisation.help,
    }


@api_endpoint("POST")
@installation_required
def ask(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """Ask the organisation for a new code; twice is once."""
    enrolment = _find(installation, public_id)
    phone = installation.phone.name if installation.phone else ""
    origin = Origin(client_of(request))
    organisation_accounts.ask(enrolment=enrolment, origin=origin, phone=phone)
    enrolment.refresh_from_db()
    return JsonResponse({"state": work_accounts.state_on(installation, enrolment)}, status=202)


def _find(installation: Installation, public_id: UUID) -> Enrolment:
    rows = installation.user.enrolments.current().select_related("organisation", "user")
    enrolment = rows.filter(public_id=public_id).first()
    if enrolment is None:
        raise Problem(404, "work_unknown", _("This account no longer exists."))
    return enrolment


@api_endpoint("POST")
@installation_required
def claim(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Give the secret to the phone that the code was made for, once."""
    rates.WORK_CLAIMS.take(str(installation.public_id))
    code = body_of(request).get("code")
    if not isinstance(code, str):
        raise malformed()
    try:
        authenticator = work_accounts.claim(installation=installation, typed=code)
    except work_accounts.Unknown as error:
        title = _("This code isn’t valid: it’s wrong, already used, too old or for another phone.")
        raise Problem(404, "code_unknown", title) from error
    return JsonResponse(_given(authenticator))


def _given(authenticator: Authenticator) -> dict[str, Any]:
    enrolment = authenticator.enrolment
    if enrolment is None:
        raise TypeError("not of an organisation")
    name = enrolment.organisation.name
    return {
        "id": str(enrolment.public_id),
        "organisation": name,
        "issuer": name,
        "label": enrolment.label,
        "secret": key_of(authenticator),
        "algorithm": "SHA1",
        "digits": settings.AUTHENTICATOR_DIGITS,
        "period": int(settings.AUTHENTICATOR_PERIOD.total_seconds()),
    }


@api_endpoint("POST")
@installation_required
def confirm(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """Take the first code; a phone that did not hear the answer may ask again."""
    enrolment, code = _find(installation, public_id), body_of(request).get("code")
    if work_accounts.state_on(installation, enrolment) == Enrolment.State.ENROLLED:
        return _enrolled()
    authenticator = work_accounts.claimed(installation, enrolment)
    if authenticator is None:
        raise _gone()
    if not isinstance(code, str) or not code.isascii():
        raise malformed()
    _confirm(request, authenticator, code)
    return _enrolled()


def _confirm(request: HttpRequest, authenticator: Authenticator, code: str) -> None:
    try:
        work_accounts.budget_of(authenticator).reserve()
    except FactorDisabled as error:
        raise _gone() from error
    try:
        step = authenticator.find_step(code)
    except CannotUnseal:
        work_accounts.budget_of(authenticator).give_back()
        raise
    if step is None:
        raise Problem(
            422,
            "wrong_code",
            _("That code is wrong. Check that the phone’s clock is set automatically."),
        )
    try:
        work_accounts.confirm(
            authenticator=authenticator, step=step, origin=Origin(client_of(request))
        )
    except work_accounts.Unknown as error:
        raise _gone() from error


def _gone() -> Problem:
    return Problem(404, "work_unknown", _("There’s nothing left to confirm. Start again."))


def _enrolled() -> JsonResponse:
    return JsonResponse({"state": Enrolment.State.ENROLLED})
