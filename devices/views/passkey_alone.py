"""Signing in by a passkey alone: it verified its owner, and so is two factors in one."""

import secrets
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication import sign_in, throttling
from accounts.authentication.methods import AlreadySpent
from accounts.models import EventKind
from accounts.views.shortcuts import follow
from core.i18n import gettext as _
from core.limits import rates
from core.web.http import client_of, require_post, safe_next
from devices.factors import changed_passkeys, passkey_refusals, webauthn
from devices.factors.passkey_method import PasskeyMatch, PasskeyMethod
from devices.models import Passkey

ALONE = "passkey-alone"
BINDING_KEY = "passkey_binding"
GONE_KEY = "passkey_gone"


@login_not_required
@never_cache
@require_post("accounts:sign_in")
def passkey_alone_options(request: HttpRequest) -> HttpResponse:
    """Ask for any passkey that can stand alone; the same question no matter who asks.

    A passkey that turned out to be gone is named in `gone`, so that the browser can forget it.
    """
    rates.PASSKEY_QUESTIONS.take(client_of(request).network)
    binding = request.session.setdefault(BINDING_KEY, secrets.token_hex(16))
    among = request.POST.get("among", "")
    question: dict[str, Any] = webauthn.prepare_answer(
        [], purpose=ALONE, binding=binding, rp_id=among
    )
    if GONE_KEY in request.session:
        question["gone"] = request.session.pop(GONE_KEY)
    return JsonResponse(question)


@login_not_required
@never_cache
@require_post("accounts:sign_in")
def passkey_alone(request: HttpRequest) -> HttpResponse:
    """Sign in with the answer, or go back to the sign-in page with one sentence."""
    network = client_of(request).network
    rates.PASSKEY_FAILURES.take(network)
    answer, binding = request.POST.get("code", ""), request.session.get(BINDING_KEY, "")
    try:
        answered = webauthn.verify_answer(answer, purpose=ALONE, binding=binding, user=None)
    except passkey_refusals.Refused as refused:
        return _refuse(request, refused)
    with transaction.atomic():
        response = _enter(request, answered)
    if response is None:
        return _refuse(request, passkey_refusals.Refused("used already"), answered.passkey)
    rates.PASSKEY_FAILURES.give_back(network)
    return response


def _enter(request: HttpRequest, answered: webauthn.Answered) -> HttpResponse | None:
    """Use the answer up and sign in, in one transaction; None if it was used up before."""
    user = answered.passkey.user
    if user.changes_by_proving:
        user.lock_for_update()
    try:
        proof = PasskeyMatch(answered, client_of(request)).consume()
    except AlreadySpent:
        return None
    next_url = safe_next(request)
    if request.user.is_authenticated:
        logout(request)
    request.session.pop(BINDING_KEY, None)
    return follow(sign_in.finish(request, user, [proof], next_url))


def _refuse(
    request: HttpRequest, refused: passkey_refusals.Refused, passkey: Passkey | None = None
) -> HttpResponse:
    """Note the failure where it belongs, and say nothing that the browser did not know."""
    passkey, origin = passkey or refused.passkey, Origin(client_of(request))
    if passkey and isinstance(refused, passkey_refusals.Locked):
        throttling.note_locked(passkey.user, PasskeyMethod.slug, origin)
    elif passkey:
        with transaction.atomic():
            events.record(passkey.user, EventKind.SIGN_IN_PASSKEY_FAILED, origin=origin)
    else:
        events.record_nobody(EventKind.SIGN_IN_PASSKEY_FAILED, origin=origin)
    if isinstance(refused, passkey_refusals.UnknownPasskey):
        gone = {"rpId": refused.rp_id, "credentialId": refused.credential_id}
        request.session[GONE_KEY] = gone
    words = _("This passkey was not accepted. Sign in with your password.")
    if isinstance(refused, passkey_refusals.Changed):
        changed_passkeys.note(refused.of, refused.change, origin=origin)
        words = changed_passkeys.refusal(refused.of, refused.change)
    if isinstance(refused, passkey_refusals.OfTheApp):
        words = _(
            "This passkey opens the authenticator app, not an account. Sign in with your password."
        )
    if isinstance(refused, passkey_refusals.Locked):
        words = throttling.locked_words()
    messages.error(request, words)
    next_url = safe_next(request)
    query = f"?{urlencode({'next': next_url})}" if next_url else ""
    return HttpResponseRedirect(resolve_url("accounts:sign_in") + query)
