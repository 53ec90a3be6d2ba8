"""Where the phone is, asked after signing in without it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.http import require_safe

from accounts.request_user import authenticated_user
from core.i18n import gettext as _
from devices.models import Phone


@require_safe
def where_is_your_phone(request: HttpRequest) -> HttpResponse:
    """Offer the four answers: somewhere safe, replaced, lost, or here but not working."""
    user = authenticated_user(request)
    if "here" in request.GET:
        return _here(request, request.GET["here"])
    linked = [_answers(phone) for phone in user.phones.proving()]
    if not linked:
        return _without_phone(request)
    context = {"phones": linked, "stay_url": resolve_url("overview")}
    return render(request, "devices/where_is_your_phone.html", context)


def _answers(phone: Phone) -> dict[str, Any]:
    here = f"{resolve_url('devices:where_is_your_phone')}?here={phone.public_id}"
    if phone.is_suspended:
        here = resolve_url("devices:take_back_phone", public_id=phone.public_id)
    return {
        "name": phone.name,
        "is_suspended": phone.is_suspended,
        "new_url": f"{resolve_url('devices:new_phone')}?replaces={phone.public_id}",
        "lost_url": f"{resolve_url('devices:lost')}?phone={phone.public_id}",
        "here_url": here,
    }


def _here(request: HttpRequest, wanted: str) -> HttpResponse:
    try:
        public_id = UUID(wanted)
    except ValueError as error:
        raise Http404 from error
    phone = get_object_or_404(authenticated_user(request).phones.proving(), public_id=public_id)
    context = {**_answers(phone), "phone": phone, "stay_url": resolve_url("overview")}
    return render(request, "devices/phone_is_here.html", context)


def _without_phone(request: HttpRequest) -> HttpResponse:
    if not authenticated_user(request).has_two_step:
        return redirect("overview")
    messages.info(
        request,
        _(
            "You have no phone that shows sign-in codes now. Link one to make signing "
            "in easy again."
        ),
    )
    return redirect("devices:link_phone")
