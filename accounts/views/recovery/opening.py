"""A person with no method left names the account, and confirms where we reach them."""

from functools import partial

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts.activity.origin import Origin
from accounts.authentication import known_browsers
from accounts.contacts.normalization import mask_address
from accounts.forms.code import SENDS, SentCodeForm, WaitingForm
from accounts.forms.links import SignedTokenForm
from accounts.forms.recovery import OpenCaseForm
from accounts.models import User
from accounts.recovery_cases import offering, opening
from accounts.recovery_cases.offering import Offer
from accounts.recovery_cases.opening import PURPOSE, PendingCase
from accounts.views.recovery.case import show_in
from accounts.views.shortcuts import show_form
from accounts.views.signing_in.mailed_code import MailedCode
from core.limits.counters import LimitReached
from core.web.http import background_request, client_of
from core.web.steady import steady_answer

FORM = ["GET", "HEAD", "POST"]
CODE = MailedCode[PendingCase](
    purpose=PURPOSE,
    page="accounts:recover_code",
    fate_page="accounts:recover_fate",
    template="accounts/recovery/code.html",
    send=opening.send,
)


@login_not_required
@never_cache
@require_http_methods(FORM)
def recover(request: HttpRequest) -> HttpResponse:
    """Ask for the account and for a mailbox, and send a code there."""
    form = OpenCaseForm(request.POST or None, origin=Origin(client_of(request)))
    if request.method == "POST" and form.is_valid():
        pending = PendingCase.now(**form.cleaned_data)
        try:
            opening.send(pending, client_of(request))
        except LimitReached as limit:
            form.add_error(None, form.must_wait(limit, SENDS))
        else:
            opening.keep(request, pending)
            return redirect("accounts:recover_code")
    return show_form(request, "accounts/recovery/recover.html", form)


@login_not_required
@never_cache
@require_http_methods(FORM)
def recover_code(request: HttpRequest) -> HttpResponse:
    """Take the code and open the case."""
    pending = opening.pending_in(request)
    if pending is None:
        return redirect("accounts:recover")
    if request.method == "POST" and "send" in request.POST:
        return CODE.send_again(request, pending)
    form = CODE.form(pending, request.POST or None)
    if request.method == "POST" and form.is_valid():
        response = _open(request, pending, form)
        if response:
            return response
    return CODE.show(request, pending, form)


def _open(request: HttpRequest, pending: PendingCase, form: SentCodeForm) -> HttpResponse | None:
    """Open the case; None, with an error in the form, if the code was taken, or one must wait."""
    try:
        opening.take(pending.contact)
    except LimitReached as limit:
        form.add_error(None, form.must_wait(limit, opening.TOO_MANY))
        return None
    with steady_answer(settings.RECOVERY_CASE_ANSWER), transaction.atomic():
        if form.consume() is None:
            return None
        case = opening.open_case(
            pending, origin=Origin(client_of(request)), seen=partial(_seen, request)
        )
    form.of_flow.clear()
    opening.forget(request)
    if case is None:
        return render(request, "accounts/recovery/open_already.html", {"address": pending.account})
    return show_in(request, case)


@login_not_required
@never_cache
@require_http_methods(FORM)
@sensitive_post_parameters()
def recover_link(request: HttpRequest) -> HttpResponse:
    """Let who was sent a link by the help desk ask for the account; only the button does it."""
    form = SignedTokenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return show_form(request, "accounts/open_link.html", form)
    token = form.cleaned_data["token"]
    offered = offering.find(token)
    if offered is None:
        return render(request, "accounts/recovery/offer_ended.html", status=400)
    asked = WaitingForm(request.POST if "open" in request.POST else None)
    if asked.is_valid():
        try:
            opening.take(offered.contact)
        except LimitReached as limit:
            asked.add_error(None, asked.must_wait(limit, opening.TOO_MANY))
        else:
            return _accept(request, offered)
    address = mask_address(offered.user.email)
    context = {"token": token, "address": address, "contact": offered.contact}
    return show_form(request, "accounts/recovery/offered.html", asked, **context)


def _accept(request: HttpRequest, offered: Offer) -> HttpResponse:
    case = offering.accept(offered, origin=Origin(client_of(request)), seen=partial(_seen, request))
    if case is None:
        return render(request, "accounts/recovery/offer_ended.html", status=400)
    return show_in(request, case)


def _seen(request: HttpRequest, user: User) -> list[str]:
    """Say what this browser has of the account."""
    facts = {
        opening.SESSION: request.user.pk == user.pk,
        opening.BROWSER: known_browsers.is_known(request, user),
    }
    return [kind for kind, is_true in facts.items() if is_true]


@login_not_required
@never_cache
@require_GET
@background_request
def recover_fate(request: HttpRequest) -> HttpResponse:
    """Say what became of the code that was sent."""
    return CODE.fate(opening.pending_in(request))
