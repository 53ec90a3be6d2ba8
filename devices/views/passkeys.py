"""Adding passkeys, renaming them, letting them go."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import origin_of
from accounts.authentication import known_browsers, proofs
from accounts.authentication.proofs import Strength, step_up_required
from accounts.guards.act_limits import counted
from accounts.guards.binding_proof import two_proofs_required
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.holds import bindings
from accounts.readiness import declined_methods, removal_impact
from accounts.request_user import authenticated_user, session_id
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.limits import rates
from core.web.http import client_of, require_post
from devices.factors import last_factor, passkeys, webauthn
from devices.forms.passkeys import AddForm, PasskeyNameForm
from devices.models import Passkey
from devices.phones.consequences import least_of, other_sessions
from devices.sessions.engine import goes_on_without, strip_proofs
from devices.views.guards import binding_proof_required
from devices.views.passkey_alone import GONE_KEY


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@binding_proof_required
@confirms(gettext_lazy("add a passkey"), "name")
@counted
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Let the browser make a passkey, and keep its public half."""
    user = authenticated_user(request)
    form = AddForm(
        request.POST or None,
        user=user,
        binding=session_id(request),
        initial=held_values(request),
    )
    if request.method == "POST" and form.is_valid() and form.registered:
        return _add(request, form.registered, form.cleaned_data["name"])
    context = {"place": "devices", "has_room": passkeys.has_room(user)}
    return show_form(request, "devices/add_passkey.html", form, **context)


def _add(request: HttpRequest, registered: webauthn.Registered, name: str) -> HttpResponse:
    client, ground = client_of(request), bindings.ground_of(request)
    try:
        with transaction.atomic():
            added = passkeys.add(
                user=authenticated_user(request),
                registered=registered,
                name=name or passkeys.first_name(registered, client),
                trusted_from=ground.trusted_from,
                ground=ground,
                origin=origin_of(request),
            )
            proofs.add(request, added.proof)
    except (passkeys.NotAdded, passkeys.TooManyPasskeys):
        messages.info(request, _("Nothing has changed. These are your passkeys."))
        return redirect("devices:index")
    known_browsers.decline_passkey(request)
    messages.success(request, _("%(name)s has been added.") % {"name": added.passkey.name})
    return redirect("devices:index")


@never_cache
@require_post("devices:add_passkey")
@binding_proof_required
@confirms(gettext_lazy("add a passkey"))
def add_passkey_options(request: HttpRequest) -> HttpResponse:
    """Ask the browser to make a passkey."""
    user = authenticated_user(request)
    rates.PASSKEY_CHALLENGES.take(f"{user.pk}:add")
    return JsonResponse(webauthn.prepare_registration(user, binding=session_id(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required(Strength.RECOVERED)
@confirms(gettext_lazy("rename a passkey"), "name")
def rename_passkey(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a passkey another name."""
    passkey = get_object_or_404(authenticated_user(request).passkeys, public_id=public_id)
    form = PasskeyNameForm(
        request.POST or None, initial={"name": passkey.name, **held_values(request)}
    )
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        passkeys.rename(passkey=passkey, name=name, origin=origin_of(request))
        messages.success(request, _("The passkey is now called %(name)s.") % {"name": name})
        return redirect("devices:index")
    context = {"place": "devices", "passkey": passkey}
    return show_form(request, "devices/rename_passkey.html", form, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@two_proofs_required(Strength.TWO_STEP)
@confirms(gettext_lazy("remove a passkey"))
def remove_passkey(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what will happen, then remove the passkey."""
    passkey = get_object_or_404(authenticated_user(request).passkeys, public_id=public_id)
    if request.method == "POST":
        return _remove(request, passkey)
    return render(request, "devices/remove_passkey.html", _before(request, passkey))


def _before(request: HttpRequest, passkey: Passkey) -> dict[str, Any]:
    removed, least = frozenset({passkey.factor}), least_of(authenticated_user(request))
    stays = goes_on_without(request.session, removed, least)
    return {
        "place": "devices",
        "passkey": passkey,
        "others": other_sessions(authenticated_user(request), session_id(request)),
        "stays": stays,
        "removal": removal_impact.of(authenticated_user(request), passkey.possession_key),
        "is_last": passkey.is_usable and last_factor.is_last(authenticated_user(request)),
    }


def _remove(request: HttpRequest, passkey: Passkey) -> HttpResponse:
    user, gone = authenticated_user(request), passkeys.farewell(passkey)
    try:
        with transaction.atomic():
            removed = frozenset({passkey.factor})
            passkeys.remove(passkey=passkey, origin=origin_of(request))
            stays = strip_proofs(request.session, removed, least_of(user))
    except Passkey.DoesNotExist as error:
        raise Http404 from error
    except last_factor.LastFactor:
        return redirect("devices:remove_passkey", public_id=passkey.public_id)
    except declined_methods.LastFallBack:
        messages.warning(request, declined_methods.KEEPS)
        return redirect("devices:index")
    request.session[GONE_KEY] = gone
    said = _("%(name)s has been removed. Other browsers are signed out.") % {"name": passkey.name}
    messages.success(request, said)
    return redirect("devices:index" if stays else "accounts:sign_in")


@require_post("overview")
def passkey_not_now(request: HttpRequest) -> HttpResponse:
    """Take the offer of a passkey off the overview; it does not come back in this browser."""
    known_browsers.decline_passkey(request)
    return redirect("overview")
