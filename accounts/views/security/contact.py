"""E-mail addresses and phone numbers of the signed-in person."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.activity.origin import origin_of
from accounts.authentication.factors.sent_code_methods import why_not
from accounts.authentication.proofs import Strength, may_go_on, to_confirm
from accounts.authentication.session_guard import atomic_with_session
from accounts.contacts import changes
from accounts.forms.code import SENDS, SentCodeForm, contact_code_form
from accounts.forms.security import AddAddressForm, AddNumberForm
from accounts.guards.act_limits import counted
from accounts.guards.binding_proof import two_proofs_required
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.holds import bindings
from accounts.models.contact import Contact
from accounts.readiness import assessment, declined_methods, removal_impact
from accounts.readiness.assessment import Readiness
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from accounts.views.signing_in.verification_flow import describe
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.limits.counters import LimitReached
from core.web.http import client_of, require_post


@require_GET
def contact(request: HttpRequest) -> HttpResponse:
    """List what messages can be sent to."""
    user = authenticated_user(request)
    state = assessment.of(user)
    context = {
        "addresses": _with_losses(state, user.email_addresses.order_by("pk")),
        "numbers": _with_losses(state, user.phone_numbers.order_by("pk")),
        "sms_on": bool(settings.SMS_URL),
        "language_name": dict(settings.LANGUAGES).get(request.LANGUAGE_CODE, ""),
    }
    return render(request, "accounts/contact.html", context)


def _with_losses(state: Readiness, rows: QuerySet[Any]) -> list[tuple[Contact, str]]:
    """Say beside each contact what losing it would mean, if it was confirmed."""
    found: list[Contact] = list(rows[: settings.CONTACTS_A_PERSON])
    confirmed = [row for row in found if row.is_verified]
    return [(row, _if_lost(state, row, confirmed) if row.is_verified else "") for row in found]


def _if_lost(state: Readiness, contact: Contact, confirmed: list[Contact]) -> str:
    said = state.loss([contact.possession_key]).sentence
    if state.user.has_two_step and contact.possession_key not in state.keys:
        said = why_not(state.user, contact)
    if contact.resets_password and len(confirmed) == 1:
        return " ".join([said, _("Without it, you couldn’t reset a forgotten password.")])
    return said


@two_proofs_required(Strength.TWO_STEP)
@confirms(gettext_lazy("add an e-mail address"), "address")
@counted
def add_address(request: HttpRequest) -> HttpResponse:
    """Add an address; it counts once the code sent there was typed."""
    form = AddAddressForm(
        request.POST or None, user=authenticated_user(request), initial=held_values(request)
    )
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        return _added(request, "accounts/add_address.html", form, changes.add_address, address)
    return show_form(request, "accounts/add_address.html", form)


@two_proofs_required(Strength.TWO_STEP)
@confirms(gettext_lazy("add a phone number"), "number")
@counted
def add_number(request: HttpRequest) -> HttpResponse:
    """Add a number; it counts once the code sent there was typed."""
    if not settings.SMS_URL:
        raise Http404
    form = AddNumberForm(
        request.POST or None, user=authenticated_user(request), initial=held_values(request)
    )
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        return _added(request, "accounts/add_number.html", form, changes.add_number, number)
    return show_form(request, "accounts/add_number.html", form)


def _added(
    request: HttpRequest, template: str, form: forms.Form, add: Any, value: Any
) -> HttpResponse:
    try:
        added = add(authenticated_user(request), value)
    except changes.TooManyContacts:
        form.add_error(None, _("You’ve reached the maximum. Remove one first."))
        return show_form(request, template, form)
    return _send(request, added)


def _own(request: HttpRequest, public_id: UUID) -> Contact:
    found = changes.find(authenticated_user(request), public_id)
    if found is None:
        raise Http404
    return found


def _send(request: HttpRequest, added: Contact) -> HttpResponse:
    try:
        changes.send_code(authenticated_user(request), added, client_of(request))
    except LimitReached as limit:
        form = contact_code_form(added)
        messages.warning(request, form.must_wait(limit, SENDS).messages[0])
        return _confirm_page(request, added, form)
    return redirect("accounts:confirm_contact", added.public_id)


@require_post("accounts:contact")
@confirms(gettext_lazy("confirm an address or number"))
def resend_contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send another code to a contact whose hour is not over."""
    added = _own(request, public_id)
    if not may_go_on(request, Strength.TWO_STEP):
        return to_confirm(request, Strength.TWO_STEP.slug, "accounts:contact")
    if not changes.may_confirm(added):
        return _too_late(request)
    return _send(request, added)


def _too_late(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("The time to confirm it has run out. Add it again."))
    return redirect("accounts:contact")


@confirms(gettext_lazy("confirm an address or number"))
def confirm_contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take the code that was sent to a new address or number.

    Adding asked for a fresh strong proof; a session that never had one may not finish it.
    """
    added = _own(request, public_id)
    if not may_go_on(request, Strength.TWO_STEP):
        return to_confirm(request, Strength.TWO_STEP.slug)
    if not changes.may_confirm(added):
        return redirect("accounts:contact") if added.is_verified else _too_late(request)
    form = contact_code_form(added, request.POST or None)
    if request.method == "POST" and form.is_valid() and _verify(request, added, form):
        form.of_flow.clear()
        messages.success(request, _("%(contact)s is confirmed.") % {"contact": added})
        return redirect("accounts:contact")
    return _confirm_page(request, added, form)


def _verify(request: HttpRequest, added: Contact, form: SentCodeForm) -> bool:
    ground = bindings.ground_of(request, is_contact=True)
    with atomic_with_session(request):
        user = authenticated_user(request).lock_for_update()
        if form.consume() is None:
            return False
        if changes.mark_verified(user, added, origin=origin_of(request), ground=ground):
            return True
    form.add_error(None, form.refusal())
    return False


def _confirm_page(request: HttpRequest, added: Contact, form: SentCodeForm) -> HttpResponse:
    sent = describe(form.sent, icon=added.icon) if form.sent else None
    template = "accounts/confirm_contact.html"
    return show_form(request, template, form, contact=added, hint=str(added), sent=sent)


@two_proofs_required(Strength.TWO_STEP)
@confirms(gettext_lazy("remove an address or number"))
def remove_contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask, then remove an address or number."""
    old = _own(request, public_id)
    if request.method == "POST":
        try:
            _remove(request, old)
        except changes.Needed:
            messages.warning(request, _("You sign in with this address. Choose another one first."))
        except declined_methods.LastFallBack:
            messages.warning(request, declined_methods.KEEPS)
        else:
            messages.success(request, _("%(contact)s has been removed.") % {"contact": old})
        return redirect("accounts:contact")
    context = {
        "contact": old,
        "removal": removal_impact.of(authenticated_user(request), old.possession_key),
    }
    return render(request, "accounts/remove_contact.html", context)


def _remove(request: HttpRequest, old: Contact) -> None:
    user, ground = authenticated_user(request), bindings.ground_of(request, is_contact=True)
    with atomic_with_session(request):
        changes.remove(user, old, origin=origin_of(request), ground=ground)


@require_post("accounts:contact")
@two_proofs_required(Strength.TWO_STEP, back="accounts:contact")
@confirms(gettext_lazy("change the address you sign in with"))
@counted
def make_primary(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Sign in with this confirmed address from now on."""
    address = get_object_or_404(authenticated_user(request).email_addresses, public_id=public_id)
    user, ground = authenticated_user(request), bindings.ground_of(request, is_contact=True)
    if changes.make_primary(user, address, origin=origin_of(request), ground=ground):
        messages.success(request, _("You now sign in with %(address)s.") % {"address": address})
    else:
        messages.warning(request, _("Confirm the address first."))
    return redirect("accounts:contact")
