"""Suspending a phone and taking it back."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import origin_of
from accounts.authentication.proofs import (
    STRONG_STEP,
    Strength,
    fresh_proofs,
    to_confirm,
)
from accounts.authentication.session_guard import atomic_with_session
from accounts.guards.binding_proof import two_proofs_required
from accounts.guards.interrupted_forms import confirms, press_once_more
from accounts.holds.bindings import kept_until
from accounts.readiness import removal_impact
from accounts.request_user import authenticated_user, session_id
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from devices.models import Phone
from devices.phones import suspension
from devices.phones.consequences import factors_of, least_of
from devices.sessions.engine import goes_on_without, strip_proofs


@require_http_methods(["GET", "HEAD", "POST"])
@two_proofs_required(Strength.RECOVERED)
@confirms(gettext_lazy("suspend a phone"))
def suspend_phone(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what will happen and whether it can be undone, then let the phone prove nothing."""
    phone = get_object_or_404(authenticated_user(request).phones.linked(), public_id=public_id)
    if phone.is_suspended:
        return _as_it_was(request)
    if request.method == "POST":
        return _suspend(request, phone)
    stays = goes_on_without(
        request.session, factors_of(phone), least_of(authenticated_user(request))
    )
    context = {
        "place": "devices",
        "phone": phone,
        "consequences": suspension.consequences(
            phone, except_session=session_id(request), stays=stays, kept_until=kept_until(request)
        ),
        "strong": suspension.strong_ways(phone),
        "removal": removal_impact.of(authenticated_user(request), phone.possession_key, lost=True),
    }
    return render(request, "devices/suspend_phone.html", context)


def _suspend(request: HttpRequest, phone: Phone) -> HttpResponse:
    least = least_of(authenticated_user(request))
    try:
        with transaction.atomic():
            done = suspension.suspend(
                phone=phone,
                origin=origin_of(request),
                kept_until=kept_until(request),
            )
            stays = strip_proofs(request.session, done.factors, least)
    except suspension.NothingChanged:
        return _as_it_was(request)
    words = _("%(phone)s is suspended. Other browsers were signed out.")
    if done.factors:
        words = _("%(phone)s is suspended: its codes don’t work. Other browsers were signed out.")
    messages.success(request, words % {"phone": phone.name})
    return redirect("devices:index" if stays else "accounts:sign_in")


@require_http_methods(["GET", "HEAD", "POST"])
@confirms(gettext_lazy("take a phone back"))
def take_back_phone(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what will happen, then let the phone count again, on a strong step of another device."""
    phone = get_object_or_404(authenticated_user(request).phones.proved(), public_id=public_id)
    if not phone.is_suspended and phone.sealed_until is None:
        return _as_it_was(request)
    context = {"place": "devices", "phone": phone}
    if not suspension.strong_ways(phone):
        return render(request, "devices/cannot_take_back.html", context, status=403)
    if not suspension.is_proved(phone, fresh_proofs(request)):
        return to_confirm(request, STRONG_STEP)
    press_once_more(request)
    if request.method == "POST":
        return _take_back(request, phone)
    except_session = session_id(request)
    context["consequences"] = suspension.consequences_of_taking_back(
        phone, except_session=except_session
    )
    return render(request, "devices/take_back_phone.html", context)


def _take_back(request: HttpRequest, phone: Phone) -> HttpResponse:
    proofs = fresh_proofs(request)
    try:
        with atomic_with_session(request):
            suspension.take_back(phone=phone, proofs=proofs, origin=origin_of(request))
    except suspension.NothingChanged:
        return _as_it_was(request)
    words = _("%(phone)s is back in use.")
    if factors_of(phone):
        words = _("%(phone)s is back in use: its next code works.")
    messages.success(request, words % {"phone": phone.name})
    return redirect("devices:index")


def _as_it_was(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("Nothing has changed. These are your linked phones."))
    return redirect("devices:index")
