"""Orders to erase the app on a phone, which can be called off."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.activity.origin import origin_of
from accounts.authentication.proofs import Strength, step_up_required
from accounts.authentication.session_guard import atomic_with_session
from accounts.guards.interrupted_forms import confirms
from accounts.models import User
from accounts.request_user import authenticated_user
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.web.http import require_post
from devices.backups.apps import wiping
from devices.models import PhoneCommand


def waiting_orders(user: User) -> list[PhoneCommand]:
    """Return the orders that can still be called off, for the page of what a person holds."""
    rows = PhoneCommand.objects.filter(installation__user=user)
    if not user.is_disputed:
        rows = rows.filter(erases_from__gt=timezone.now())
    rows = rows.filter(done_at__isnull=True, called_off_at__isnull=True)
    return list(rows.select_related("installation__user")[: settings.PHONES_A_PERSON])


@require_post("devices:index")
@step_up_required(Strength.RECOVERED, back="devices:index")
@confirms(gettext_lazy("keep the accounts on a phone"))
def call_off(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Call an order off: what the phone locked opens again when it calls."""
    user = authenticated_user(request)
    rows = PhoneCommand.objects.filter(installation__user=user).select_related("installation")
    phone = get_object_or_404(rows, public_id=public_id).installation
    with atomic_with_session(request):
        done = wiping.call_off(user=user, installations=[phone], origin=origin_of(request))
    if done:
        messages.success(request, _("%(phone)s keeps its accounts.") % {"phone": phone.name})
    else:
        messages.info(request, _("There was nothing left to cancel."))
    return redirect("devices:index")
