"""The lost phone desk: first what will happen, then it is done, then what to do next."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import origin_of
from accounts.authentication.proofs import (
    Strength,
    fresh_proofs,
    is_enough,
    proofs_in,
    to_confirm,
)
from accounts.guards.binding_proof import two_proofs_required
from accounts.guards.interrupted_forms import confirms, held_lists
from accounts.holds.bindings import kept_until
from accounts.holds.disputes import BEGUN
from accounts.readiness import removal_impact
from accounts.request_user import authenticated_user, session_id
from core.i18n import gettext_lazy as _
from devices.backups.apps import wiping
from devices.models import Passkey, Phone
from devices.phones import consequences, lost_phone
from devices.phones.lost_phone import Loss
from devices.sessions.engine import goes_on_without, strip_proofs
from devices.views.phones.disputes import signed_out
from devices.views.phones.phones import said

ELSEWHERE = _(
    "To remove passkeys, confirm that it’s you with something you haven’t "
    "lost. Nothing has changed."
)


@require_http_methods(["GET", "HEAD", "POST"])
@two_proofs_required(Strength.RECOVERED)
@confirms(_("report a lost phone"), "phone", "passkey", "wipe")
def lost(request: HttpRequest) -> HttpResponse:
    """Ask which phone, say what will happen, then unlink it."""
    held = held_lists(request)
    wanted = request.POST.getlist("phone") or request.GET.getlist("phone") or held.get("phone", [])
    phones = _named(authenticated_user(request).phones.linked(), wanted)
    if request.method == "POST":
        passkeys = _named(
            authenticated_user(request).passkeys.all(), request.POST.getlist("passkey")
        )
        return _let_go(request, Loss(phones, passkeys)) if phones else redirect("devices:lost")
    linked = list(authenticated_user(request).phones.linked())
    if len(linked) == 1:
        phones = linked
    if phones:
        return render(request, "devices/lost.html", {**_before(request, phones), "held": held})
    context = {"place": "devices", "phones": linked, "asked": "go" in request.GET}
    return render(request, "devices/lost_which.html", context)


def _named(rows: Any, wanted: Sequence[str]) -> list[Any]:
    """Return the person's own rows with these ids; 404 if one is anybody else's."""
    try:
        found = list(rows.filter(public_id__in=wanted)) if wanted else []
    except (ValidationError, ValueError) as error:
        raise Http404 from error
    if len(found) != len(set(wanted)):
        raise Http404
    return found


def _before(request: HttpRequest, phones: list[Phone]) -> dict[str, Any]:
    user, least = authenticated_user(request), consequences.least_of(authenticated_user(request))
    stays = goes_on_without(request.session, Loss(phones).factors, least)
    proved = {proof.factor for proof in proofs_in(request.session)}
    return {
        "place": "devices",
        "phones": phones,
        "has_app": any(phone.app for phone in phones),
        "erases_from": wiping.erases_from(request),
        "wipes": True,
        "counting": [phone for phone in phones if not phone.is_suspended],
        "consequences": consequences.consequences(
            *phones, except_session=session_id(request), stays=stays, kept_until=kept_until(request)
        ),
        "removal": removal_impact.of(user, *(phone.possession_key for phone in phones), lost=True),
        "numbers": lost_phone.numbers_of(user),
        "passkeys": [(row, row.factor in proved) for row in user.passkeys.all()],
        "may_remove": is_enough(request, Strength.TWO_STEP),
    }


def _is_proved_elsewhere(request: HttpRequest, factors: frozenset[str]) -> bool:
    """Tell whether a strong proof was given by something that is not lost."""
    strong = [each for each in fresh_proofs(request) if each.strength >= Strength.TWO_STEP]
    return any(proof.factor not in factors for proof in strong)


def _let_go(request: HttpRequest, loss: Loss) -> HttpResponse:
    """Do it, all or nothing; a passkey goes only after a strong proof (policy, section 1)."""
    if loss.passkeys and not is_enough(request, Strength.TWO_STEP):
        return to_confirm(request, Strength.TWO_STEP.slug)
    factors = loss.factors
    if loss.passkeys and not _is_proved_elsewhere(request, factors):
        messages.warning(request, ELSEWHERE)
        return redirect("devices:lost")
    try:
        with transaction.atomic():
            event = lost_phone.unlink_lost(
                loss=loss,
                origin=origin_of(request),
                wipe="wipe" in request.POST,
                kept_until=kept_until(request),
                erases_from=wiping.erases_from(request),
            )
            if event.kind == BEGUN:
                return signed_out(request)
            stays = strip_proofs(
                request.session, factors, consequences.least_of(authenticated_user(request))
            )
    except (Phone.DoesNotExist, Passkey.DoesNotExist) as error:
        raise Http404 from error
    return said(request, event, stays=stays)
