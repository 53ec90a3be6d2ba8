"""Renaming a phone and unlinking it."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe

from accounts.activity.origin import origin_of
from accounts.authentication.factors.recovery_code_method import RecoveryCodeMethod
from accounts.authentication.proofs import Strength, proofs_in, step_up_required
from accounts.authentication.second_steps import step_of
from accounts.authentication.session_guard import atomic_with_session
from accounts.guards.binding_proof import two_proofs_required
from accounts.guards.interrupted_forms import confirms, held_lists, held_values
from accounts.models import EventKind, SecurityEvent, User
from accounts.readiness import declined_methods, removal_impact
from accounts.request_user import authenticated_user, session_id
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.web.http import require_post
from devices.backups.apps import unlinking, wiping
from devices.factors import last_factor
from devices.forms.phones import NameForm
from devices.models import Phone
from devices.phones import app_consequences, consequences, linked_phones, lost_phone
from devices.sessions.engine import goes_on_without, strip_proofs
from devices.views.phones.orders import waiting_orders


@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required(Strength.RECOVERED)
@confirms(gettext_lazy("rename a phone"), "name")
def rename_phone(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a phone another name."""
    phone = get_object_or_404(authenticated_user(request).phones.linked(), public_id=public_id)
    form = NameForm(request.POST or None, initial={"name": phone.name, **held_values(request)})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        linked_phones.rename(phone=phone, name=name, origin=origin_of(request))
        messages.success(request, _("The phone is now called %(name)s.") % {"name": name})
        return redirect("devices:index")
    context = {"place": "devices", "phone": phone}
    return show_form(request, "devices/rename_phone.html", form, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@two_proofs_required(Strength.TWO_STEP)
@confirms(gettext_lazy("unlink a phone"), "wipe")
def unlink_phone(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what will happen, then unlink the phone; a lost one goes at the lost phone desk."""
    phone = get_object_or_404(authenticated_user(request).phones.linked(), public_id=public_id)
    if request.method == "POST":
        return _unlink(request, phone)
    erased, least = (
        consequences.factors_of(phone),
        consequences.least_of(authenticated_user(request)),
    )
    stays = goes_on_without(request.session, erased, least)
    context = {
        "place": "devices",
        "phone": phone,
        "consequences": consequences.consequences(
            phone, except_session=session_id(request), stays=stays
        ),
        "removal": removal_impact.of(authenticated_user(request), phone.possession_key),
        "is_last": bool(erased)
        and not phone.is_suspended
        and last_factor.is_last(authenticated_user(request)),
        "has_app": phone.app is not None,
        "erases_from": wiping.erases_from(request),
        "held": held_lists(request),
    }
    return render(request, "devices/unlink_phone.html", context)


def _unlink(request: HttpRequest, phone: Phone) -> HttpResponse:
    user = authenticated_user(request)
    try:
        with transaction.atomic():
            done = linked_phones.unlink(
                phone=phone,
                origin=origin_of(request),
                wipe="wipe" in request.POST,
                erases_from=wiping.erases_from(request),
            )
            stays = strip_proofs(request.session, done.factors, consequences.least_of(user))
    except Phone.DoesNotExist as error:
        raise Http404 from error
    except last_factor.LastFactor:
        return redirect("devices:unlink_phone", public_id=phone.public_id)
    except declined_methods.LastFallBack:
        messages.warning(request, declined_methods.KEEPS)
        return redirect("devices:index")
    return said(request, done.event, stays=stays)


def said(request: HttpRequest, event: SecurityEvent, *, stays: bool) -> HttpResponse:
    """Lead to the report, or to the sign-in page with its words if the session ended as well."""
    if stays:
        return redirect("devices:unlinked", public_id=event.public_id)
    messages.success(request, " ".join(_report(event)))
    return redirect("accounts:sign_in")


def _report(event: SecurityEvent) -> list[str]:
    """Say what was done, a sentence a line: for a list, or in a row for a message."""
    context = {"unlinked": consequences.outcome(event), "portal_name": settings.PORTAL_NAME}
    text = render_to_string("devices/consequences/unlinked.txt", context)
    return [line.strip() for line in text.split("\n") if line.strip()]


def _unlinking(user: User, public_id: UUID) -> SecurityEvent:
    rows = user.events.filter(
        kind__in=(EventKind.PHONE_UNLINKED, EventKind.PHONE_UNLINKED_BY_STAFF)
    )
    event = get_object_or_404(rows, public_id=public_id)
    event.user = user
    return event


@require_post("devices:index")
@two_proofs_required(Strength.RECOVERED, back="devices:index")
@confirms(gettext_lazy("erase the accounts on an unlinked phone"))
def wipe_app(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Tell the app on a phone that was unlinked to erase its accounts when it calls next."""
    user = authenticated_user(request)
    rows = app_consequences.to_be_told(_unlinking(user, public_id))
    begins = wiping.erases_from(request)
    with atomic_with_session(request):
        unlinking.wipe_later(user=user, rows=rows, origin=origin_of(request), erases_from=begins)
    return redirect("devices:unlinked", public_id=public_id)


@require_safe
def unlinked(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say line by line what letting a phone go has done, and lead on, step by step."""
    user = authenticated_user(request)
    event = _unlinking(user, public_id)
    is_lost = bool(event.details.get("lost"))
    by_saved_code = any(
        isinstance(step_of(proof), RecoveryCodeMethod) for proof in proofs_in(request.session)
    )
    context = {
        "place": "devices",
        "at": event.at,
        "lines": _report(event),
        "is_lost": is_lost,
        "codes_lost": app_consequences.accounts_of(event) if is_lost else 0,
        "can_wipe": bool(app_consequences.to_be_told(event)),
        "orders": waiting_orders(user),
        "public_id": event.public_id,
        "steps": lost_phone.next_steps(user, event, with_saved_code=by_saved_code),
    }
    return render(request, "devices/unlinked.html", context)
