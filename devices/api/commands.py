"""What a phone says about an order to erase itself: also one that is unlinked."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.activity.origin import Origin
from core.i18n import gettext_lazy as _
from core.web.http import client_of
from devices.api.http import api_endpoint, caller
from devices.api.problems import Problem
from devices.backups.apps import wiping
from devices.models import PhoneCommand


def _of_caller(request: HttpRequest, public_id: UUID) -> PhoneCommand:
    """Return the order, if it is one to the phone that is calling; raises `Refused`."""
    rows = PhoneCommand.objects.select_related("installation__user")
    command = rows.filter(public_id=public_id, installation=caller(request)).first()
    if command is None:
        raise Problem(404, "command_unknown", _("The portal does not know this command."))
    return command


@api_endpoint("POST")
def lock(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give the secret under which the phone locks what it has."""
    return JsonResponse(wiping.secret_for(_of_caller(request, public_id)))


@api_endpoint("POST")
def locked(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Note that the phone is locked."""
    wiping.note_locked(_of_caller(request, public_id), origin=Origin(client_of(request)))
    return HttpResponse(status=204)


@api_endpoint("POST")
def opened(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Note that the phone is open again."""
    wiping.note_opened(_of_caller(request, public_id), origin=Origin(client_of(request)))
    return HttpResponse(status=204)


@api_endpoint("POST")
def done(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Note that the phone erased its accounts."""
    wiping.note_erased(_of_caller(request, public_id), origin=Origin(client_of(request)))
    return HttpResponse(status=204)
