"""Renaming a phone and letting it go."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import declining, recovery_codes, removals
from accounts.models import User
from accounts.people import person, session_id
from accounts.proofs import Strength, is_enough, needs, to_confirm
from accounts.views.answers import show_form
from devices import factors, phones, unlinking
from devices.forms.phones import NameForm
from devices.models import Phone
from devices.sessions import goes_on_without, strip_proofs
from devices.views.linking import FEW_CODES
from portal.http import client_of


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Strength.RECOVERED)
def rename_phone(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a phone another name."""
    phone = get_object_or_404(person(request).phones.linked(), public_id=public_id)
    form = NameForm(request.POST or None, initial={"name": phone.name})
    if request.method == "POST" and form.is_valid():
        name, session = form.cleaned_data["name"], session_id(request)
        phones.rename(phone=phone, name=name, client=client_of(request), session=session)
        messages.success(request, _("The phone is now called %(name)s.") % {"name": name})
        return redirect("devices:index")
    context = {"place": "devices", "phone": phone}
    return show_form(request, "devices/rename_phone.html", form, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def unlink_phone(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what will happen, then let the phone go.

    A lost one may go in a recovered session, any other needs a strong proof (policy, section 1).
    """
    lost = "1" in (request.GET.get("lost"), request.POST.get("lost"))
    wanted = Strength.RECOVERED if lost else Strength.TWO_STEP
    if not is_enough(request, wanted):
        return to_confirm(request, wanted.slug)
    phone = get_object_or_404(person(request).phones.linked(), public_id=public_id)
    if request.method == "POST":
        return _unlink(request, phone, lost=lost)
    return render(request, "devices/unlink_phone.html", _before(request, phone, lost=lost))


def _before(request: HttpRequest, phone: Phone, *, lost: bool) -> dict[str, object]:
    erased, least = unlinking.factors_of(phone), unlinking.least_of(person(request))
    stays = goes_on_without(request.session, erased, least)
    return {
        "place": "devices",
        "phone": phone,
        "lost": lost,
        "lines": unlinking.consequences(phone, keep=session_id(request), stays=stays),
        "removal": removals.of(person(request), phone.carrier_key, lost=lost),
        "is_last": not lost and factors.is_last(person(request)),
    }


def _unlink(request: HttpRequest, phone: Phone, *, lost: bool) -> HttpResponse:
    user, client, session = person(request), client_of(request), session_id(request)
    try:
        with transaction.atomic():
            done = phones.unlink(phone=phone, client=client, session=session, lost=lost)
            stays = strip_proofs(request.session, done.factors, unlinking.least_of(user))
    except Phone.DoesNotExist as error:
        raise Http404 from error
    except factors.LastFactor:
        return redirect("devices:unlink_phone", public_id=phone.public_id)
    except declining.LastFallBack:
        messages.warning(request, declining.KEEPS)
        return redirect("devices:index")
    if not stays:
        messages.success(request, " ".join(unlinking.report(done.event)))
        return redirect("accounts:sign_in")
    return redirect("devices:unlinked", public_id=done.event.public_id)


@require_safe
def unlinked(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say line by line what letting a phone go has done, and what to do next."""
    user = person(request)
    rows = user.events.filter(kind__in=("phone:unlinked", "phone:unlinked_by_staff"))
    event = get_object_or_404(rows, public_id=public_id)
    event.user = user
    context = {
        "place": "devices",
        "lines": unlinking.report(event),
        "elsewhere": unlinking.elsewhere(event),
        "suggestions": _suggestions(user),
    }
    return render(request, "devices/unlinked.html", context)


def _suggestions(user: User) -> list[dict[str, str]]:
    """Return the next steps besides linking a new phone, in the form of the overview's."""
    left, suggestions = recovery_codes.summary(user).left, []
    if left <= FEW_CODES:
        suggestions.append(
            {
                "icon": "file-text",
                "title": _("Make new recovery codes"),
                "text": _("Codes left: %(left)d.") % {"left": left},
                "url": resolve_url("accounts:recovery_codes"),
                "label": _("Recovery codes"),
            }
        )
    contact = {
        "icon": "mail",
        "title": _("Check your addresses and numbers"),
        "text": _("Remove what was on the phone and is no longer yours."),
        "url": resolve_url("accounts:contact"),
        "label": _("Contact and password"),
    }
    return [*suggestions, contact]
