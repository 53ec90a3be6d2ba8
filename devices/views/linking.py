"""Linking a phone: its name, then the QR code and one right code."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import proofs, recovery_codes
from accounts.models import User
from accounts.people import person, session_id
from accounts.views.answers import show_form
from devices import enrolment, phones
from devices.forms.phones import ConfirmForm, LinkForm
from devices.models import Phone
from devices.sessions import strip_proofs
from devices.unlinking import least_of
from devices.views.guards import needs_to_bind
from portal.http import client_of

FEW_CODES = 3


def _replaced(request: HttpRequest) -> Phone | None:
    """Return the linked phone that the link names; anybody else's is 404."""
    wanted = request.GET.get("replaces", "")
    if not wanted:
        return None
    try:
        public_id = UUID(wanted)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(person(request).phones.linked(), public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_to_bind
def link_phone(request: HttpRequest) -> HttpResponse:
    """Ask for the name of the phone and begin to link it."""
    user, replaces = person(request), _replaced(request)
    form = LinkForm(request.POST or None, user=user, replaces=replaces)
    if request.method == "POST" and form.is_valid():
        phone = phones.link(user=user, name=form.cleaned_data["name"])
        url = resolve_url("devices:confirm_phone", public_id=phone.public_id)
        query = f"?replaces={replaces.public_id}" if replaces else ""
        return HttpResponseRedirect(url + query)
    context = {"place": "devices", "replaces": replaces}
    return show_form(request, "devices/link_phone.html", form, **context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs_to_bind
def confirm_phone(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the secret as a picture and as letters until one right code was typed."""
    phone = get_object_or_404(person(request).phones, public_id=public_id)
    if phone.is_linked or not person(request).phones.begun().filter(pk=phone.pk).exists():
        return _no_longer(request, phone)
    replaces, authenticator = _replaced(request), phone.authenticators.get()
    form = ConfirmForm(request.POST or None, authenticator=authenticator)
    if request.method == "POST" and form.is_valid() and form.step is not None:
        return _link(request, phone, form.step, replaces)
    context = {
        "place": "devices",
        "phone": phone,
        "replaces": replaces,
        "qr": enrolment.qr_svg(enrolment.otpauth_url(authenticator)),
        "key": enrolment.key_in_groups(authenticator),
    }
    return show_form(request, "devices/confirm_phone.html", form, **context)


def _no_longer(request: HttpRequest, phone: Phone) -> HttpResponse:
    if phone.is_linked:
        return redirect("devices:index")
    messages.info(request, _("That took too long. Begin again with a new QR code."))
    return redirect("devices:link_phone")


def _link(request: HttpRequest, phone: Phone, step: int, replaces: Phone | None) -> HttpResponse:
    try:
        with transaction.atomic():
            linking = phones.confirm(
                phone=phone,
                step=step,
                trusted_from=proofs.trusted_from(request),
                client=client_of(request),
                session=session_id(request),
                replaces=replaces,
            )
            _keep_proofs(request, linking)
    except (phones.AlreadyLinked, phones.TooManyPhones, Phone.DoesNotExist):
        messages.info(request, _("Nothing was changed just now. This is what is linked."))
        return redirect("devices:index")
    messages.success(request, _said(linking))
    return redirect(_lead_on(person(request)))


def _keep_proofs(request: HttpRequest, linking: phones.Linking) -> None:
    proofs.add(request, linking.proof)
    if linking.replaced:
        strip_proofs(request.session, linking.replaced.factors, least_of(person(request)))


def _said(linking: phones.Linking) -> str:
    names = {"phone": linking.phone.name}
    if not linking.replaced:
        return _("%(phone)s is linked.") % names
    names["old"] = linking.replaced.event.details["phone"]
    return _("%(phone)s is linked. %(old)s let go: its codes no longer work.") % names


def _lead_on(user: User) -> str:
    """Go on to the recovery codes if they are missing or few, else to what is linked."""
    held = recovery_codes.summary(user)
    if not held.confirmed or held.left <= FEW_CODES:
        return "accounts:recovery_codes"
    return "devices:index"
