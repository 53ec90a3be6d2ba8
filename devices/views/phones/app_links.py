"""Linking the authenticator app on a phone, and letting it open the backup."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.activity.origin import origin_of
from accounts.authentication.browser_trust import trusted_browser_allowed
from accounts.authentication.session_guard import atomic_with_session
from accounts.guards.act_limits import counted
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.holds import bindings
from accounts.request_user import authenticated_user, session_id
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.web.cookies import Cookie
from core.web.http import background_request, require_post, safe_next
from devices.authenticator import origin
from devices.backups import summary
from devices.backups.access import grants
from devices.backups.apps import app_linking, link_codes
from devices.factors import provisioning
from devices.forms.apps import NumberForm, WhichPhoneForm
from devices.models import LinkRequest, RestoreGrant
from devices.phones import linked_phones
from devices.views.guards import binding_proof_required

Purpose = LinkRequest.Purpose
AGAIN = {Purpose.LINK: "devices:link_app", Purpose.RECOVER: "devices:recover_app"}


@require_http_methods(["GET", "HEAD", "POST"])
@binding_proof_required
@confirms(gettext_lazy("link the app on a phone"), "phone", "name")
@counted
def link_app(request: HttpRequest) -> HttpResponse:
    """Ask which phone the app is on, then show a code for it, or lead to it in this browser."""
    return _which(request, Purpose.LINK, "devices/link_app.html")


@require_http_methods(["GET", "HEAD", "POST"])
@binding_proof_required
@confirms(gettext_lazy("get your accounts back on a phone"), "phone", "name")
def recover_app(request: HttpRequest) -> HttpResponse:
    """Let a phone open the backup; "Begin recovery" in the app leads here."""
    return _which(request, Purpose.RECOVER, "devices/recover_app.html")


def _which(request: HttpRequest, purpose: str, template: str) -> HttpResponse:
    user = authenticated_user(request)
    initial = {"phone": request.GET["phone"]} if "phone" in request.GET else {}
    initial |= held_values(request)
    form = WhichPhoneForm(request.POST or None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        return _begin(request, form, purpose)
    context: dict[str, Any] = {"place": "devices"}
    if purpose == Purpose.RECOVER:
        context |= {"backup": summary.of(user), "waits_until": _waits_until(request)}
    return show_form(request, template, form, **context)


def _waits_until(request: HttpRequest) -> datetime | None:
    """Return until when a grant of this moment waits, unless a key is proved."""
    begins = grants.terms(bindings.ground_of(request)).available_at
    return begins if begins > timezone.now() else None


def _begin(request: HttpRequest, form: WhichPhoneForm, purpose: str) -> HttpResponse:
    user, is_here = authenticated_user(request), "here" in request.POST
    terms, nonce = grants.terms(bindings.ground_of(request)), token_urlsafe() if is_here else ""
    row, code = app_linking.begin(
        user=user,
        session=session_id(request),
        grants_from=terms.available_at,
        trusted_from=terms.trusted_from,
        purpose=purpose,
        is_here=is_here,
        nonce=nonce,
        phone=form.phone,
        name=form.cleaned_data["name"],
    )
    if is_here:
        return _here(HttpResponseRedirect(origin.into_app(_place(row, code))), nonce)
    url, after = resolve_url("devices:confirm_app", public_id=row.public_id), safe_next(request)
    return HttpResponseRedirect(f"{url}?{urlencode({'next': after})}" if after else url)


def _here(response: HttpResponse, nonce: str) -> HttpResponse:
    """Leave in this browser what a link in a message cannot bring: a code of a stranger's account.

    No script reads it, and no other site has it sent. An app at an origin of its own is not given
    it: there the number is typed.
    """
    name, age = settings.APP_LINK_COOKIE_NAME, settings.APP_LINK_AGE
    Cookie(name, nonce, age, samesite="Strict").set_on(response)
    return response


def _place(row: LinkRequest, code: str) -> str:
    """Return where the app takes a code: behind the `#`, which no server is told."""
    return f"{row.purpose}/{code}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@binding_proof_required
@confirms(gettext_lazy("link the app on a phone"))
def confirm_app(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the code until a phone claims it, then take the number that this phone shows."""
    row = get_object_or_404(authenticated_user(request).link_requests, public_id=public_id)
    state = app_linking.state_of(row)
    if state not in ("waiting", "asked"):
        return _no_longer(request, row, state)
    if request.method != "POST" or state == "waiting":
        return _show(request, row, NumberForm(row=row))
    form = NumberForm(request.POST, row=row)
    try:
        return _confirm(request, row) if form.is_valid() else _show(request, row, form)
    except app_linking.Ended:
        return _no_longer(request, row, "ended")


def _show(request: HttpRequest, row: LinkRequest, form: NumberForm) -> HttpResponse:
    state, code = app_linking.state_of(row), link_codes.shown(row)
    context = {"place": "devices", "row": row, "state": state}
    if state == "waiting":
        context |= {"qr": _picture(row, code), "key": link_codes.grouped(code)}
    return show_form(request, "devices/confirm_app.html", form, **context)


def _picture(row: LinkRequest, code: str) -> SafeString:
    return provisioning.qr_svg(origin.into_app_elsewhere(_place(row, code)))


def _confirm(request: HttpRequest, row: LinkRequest) -> HttpResponse:
    try:
        with atomic_with_session(request):
            done = app_linking.confirm(row=row, origin=origin_of(request))
    except linked_phones.TooManyPhones:
        messages.warning(
            request, _("You’ve reached the maximum number of phones. Unlink one first.")
        )
        return redirect("devices:index")
    messages.success(request, _("The app on %(phone)s is linked.") % {"phone": done.name})
    return redirect(safe_next(request) or "devices:index")


def _no_longer(request: HttpRequest, row: LinkRequest, state: str) -> HttpResponse:
    """Lead on from a request that was confirmed already, or that has ended."""
    if state == "linked":
        return redirect("devices:index")
    messages.info(request, _("That took too long, or the number was wrong. Start again."))
    return redirect(AGAIN[Purpose(row.purpose)])


@never_cache
@require_GET
@background_request
def app_state(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say how a request stands, for the page that waits."""
    row = get_object_or_404(authenticated_user(request).link_requests, public_id=public_id)
    return JsonResponse({"state": app_linking.state_of(row)})


@trusted_browser_allowed
@require_post("devices:index")
def stop_grant(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Revoke the permission to open the backup, at once and without asking anything."""
    rows = RestoreGrant.objects.all().of(authenticated_user(request))
    grant = get_object_or_404(rows, public_id=public_id)
    try:
        with atomic_with_session(request):
            grants.stop(grant=grant, origin=origin_of(request))
    except grants.NothingToStop:
        messages.info(request, _("This had already ended."))
        return redirect("devices:index")
    words = _("%(phone)s may no longer open your backup. Unlink it if you don’t recognise it.")
    messages.success(request, words % {"phone": grant.installation.name})
    return redirect("devices:index")
