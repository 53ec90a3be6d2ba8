"""Linking a phone: its name, then the QR code and one right code."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import origin_of
from accounts.authentication import proofs
from accounts.authentication.factors import recovery_codes
from accounts.guards.act_limits import counted
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.holds import bindings
from accounts.models import User
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.web.http import safe_next
from devices.factors import provisioning
from devices.forms.phones import ConfirmForm, SetUpForm, suggested_name
from devices.models import Authenticator, Phone
from devices.phones import linked_phones
from devices.phones.consequences import least_of
from devices.sessions.engine import strip_proofs
from devices.views.guards import binding_proof_required

FEW_CODES = 3


@require_http_methods(["GET", "HEAD", "POST"])
@binding_proof_required
@confirms(gettext_lazy("set up a phone"), "name", "backup")
@counted
def link_phone(request: HttpRequest) -> HttpResponse:
    """Ask for the name of the phone and begin to link it; a new one for an old one goes elsewhere.

    `next` names the page to go on to once the phone is linked; before it comes the backup, if that
    is wanted.
    """
    user = authenticated_user(request)
    initial = {"name": suggested_name(user), **held_values(request)}
    form = SetUpForm(request.POST or None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        phone = linked_phones.link(user=user, name=form.cleaned_data["name"])
        url = resolve_url("devices:confirm_phone", public_id=phone.public_id)
        after = safe_next(request)
        if form.cleaned_data["backup"]:
            after = _by_way_of_backup(user, phone, after)
        return HttpResponseRedirect(f"{url}?{urlencode({'next': after})}" if after else url)
    return show_form(request, "devices/link_phone.html", form, place="devices")


def _by_way_of_backup(user: User, phone: Phone, after: str) -> str:
    """Return the address of the page that links the app on it, which then goes on to `after`."""
    query = {"phone": str(phone.public_id), "next": after or resolve_url(_lead_on(user))}
    return f"{resolve_url('devices:link_app')}?{urlencode(query)}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@binding_proof_required
@confirms(gettext_lazy("set up a phone"))
def confirm_phone(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the secret as a picture and as letters until one right code was typed."""
    phone = get_object_or_404(authenticated_user(request).phones, public_id=public_id)
    if (
        phone.is_linked
        or not authenticated_user(request).phones.begun().filter(pk=phone.pk).exists()
    ):
        return no_longer(request, phone, "devices:link_phone")
    authenticator = phone.authenticators.get()
    form = ConfirmForm(request.POST or None, authenticator=authenticator)
    if request.method == "POST" and form.is_valid() and form.step is not None:
        return finish(request, phone, form.step, None)
    context = {"place": "devices", "phone": phone, **to_scan(authenticator)}
    return show_form(request, "devices/confirm_phone.html", form, **context)


def to_scan(authenticator: Authenticator) -> dict[str, str]:
    """Return the secret as a picture, as letters, and as a link for an app on this very phone."""
    link = provisioning.otpauth_url(authenticator)
    return {
        "qr": provisioning.qr_svg(link),
        "otpauth": link,
        "key": provisioning.key_in_groups(authenticator),
    }


def no_longer(request: HttpRequest, phone: Phone, again: str) -> HttpResponse:
    """Lead on from a link that was proved already, or that waited too long."""
    if phone.is_linked:
        return redirect("devices:index")
    messages.info(request, _("This QR code has expired, or there is a newer one. Start again."))
    return redirect(again)


def finish(request: HttpRequest, phone: Phone, step: int, replaces: Phone | None) -> HttpResponse:
    """Link the phone whose code was right, unlink the replaced one, and lead on."""
    ground = bindings.ground_of(request)
    try:
        with transaction.atomic():
            linking = linked_phones.confirm(
                phone=phone,
                step=step,
                trusted_from=ground.trusted_from,
                ground=ground,
                origin=origin_of(request),
                replaces=replaces,
                kept_until=bindings.kept_until(request),
            )
            _keep_proofs(request, linking)
    except (linked_phones.AlreadyLinked, linked_phones.TooManyPhones, Phone.DoesNotExist):
        messages.info(request, _("Nothing has changed. These are your linked phones."))
        return redirect("devices:index")
    messages.success(request, _said(linking))
    return redirect(safe_next(request) or _lead_on(authenticated_user(request)))


def _keep_proofs(request: HttpRequest, linking: linked_phones.Linking) -> None:
    proofs.add(request, linking.proof)
    if linking.replaced:
        strip_proofs(
            request.session, linking.replaced.factors, least_of(authenticated_user(request))
        )


def _said(linking: linked_phones.Linking) -> str:
    names = {"phone": linking.phone.name}
    if not linking.replaced:
        return _("%(phone)s is linked.") % names
    names["old"] = linking.replaced.event.details["phone"]
    return _("%(phone)s is linked. %(old)s is unlinked: its codes no longer work.") % names


def _lead_on(user: User) -> str:
    """Go on to the recovery codes if they are missing or few, else to what is linked."""
    held = recovery_codes.summary(user)
    if not held.confirmed or held.left <= FEW_CODES:
        return "accounts:recovery_codes"
    return "devices:index"
