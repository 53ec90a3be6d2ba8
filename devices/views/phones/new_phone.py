"""A new phone for an old one: one page, whose parts appear in order."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.guards.act_limits import counted
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext_lazy
from devices.forms.phones import ConfirmForm, NewPhoneForm
from devices.models import Phone
from devices.phones import linked_phones
from devices.views.guards import binding_proof_required
from devices.views.phones.linking import finish, no_longer, to_scan

PAGE = "devices/new_phone.html"


def replaced_in(request: HttpRequest) -> Phone | None:
    """Return the linked phone that the address names, or the only one; anybody else's is 404."""
    linked = authenticated_user(request).phones.proving()
    if "replaces" in request.GET:
        return get_object_or_404(linked, public_id=_uuid(request.GET["replaces"]))
    rows = list(linked[:2])
    return rows[0] if len(rows) == 1 else None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@binding_proof_required
@confirms(gettext_lazy("replace a phone"), "name", "replaces")
@counted
def new_phone(request: HttpRequest) -> HttpResponse:
    """Ask what replaces what, show the QR code, take the first code; then the old one lets go."""
    if "link" in request.GET:
        return _prove(request, _uuid(request.GET["link"]))
    user, old = authenticated_user(request), replaced_in(request)
    linked = list(user.phones.proving())
    if not linked:
        return redirect("devices:link_phone")
    form = NewPhoneForm(
        request.POST or None,
        user=user,
        linked=linked,
        replaces=old,
        initial=held_values(request),
    )
    if request.method == "POST" and form.is_valid() and form.replaced:
        begun = linked_phones.link(user=user, name=form.cleaned_data["name"])
        query = urlencode({"replaces": form.replaced.public_id, "link": begun.public_id})
        return HttpResponseRedirect(f"{resolve_url('devices:new_phone')}?{query}")
    return show_form(request, PAGE, form, place="devices", old=old)


def _prove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take the first code of the new phone; until it is right nothing has changed."""
    begun = get_object_or_404(authenticated_user(request).phones, public_id=public_id)
    if (
        begun.is_linked
        or not authenticated_user(request).phones.begun().filter(pk=begun.pk).exists()
    ):
        return no_longer(request, begun, "devices:new_phone")
    old, authenticator = replaced_in(request), begun.authenticators.get()
    if old is None:
        return redirect("devices:new_phone")
    form = ConfirmForm(request.POST or None, authenticator=authenticator)
    if request.method == "POST" and form.is_valid() and form.step is not None:
        return finish(request, begun, form.step, old)
    context = {"place": "devices", "old": old, "phone": begun, **to_scan(authenticator)}
    return show_form(request, PAGE, form, **context)
