"""The person of a case shows that they read another address of the account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.activity.origin import Origin
from accounts.forms.code import SENDS
from accounts.forms.recovery import MailboxForm
from accounts.models import CaseState, RecoveryCase
from accounts.recovery_cases import mailbox_proof
from accounts.recovery_cases.mailbox_proof import PendingMailbox
from accounts.recovery_cases.opening import PURPOSE
from accounts.views.recovery.case import FORM, shown_in
from accounts.views.shortcuts import show_form
from accounts.views.signing_in.mailed_code import MailedCode
from core.i18n import gettext as _
from core.limits.counters import LimitReached
from core.web.http import background_request, client_of
from core.web.steady import steady_answer

CODE = MailedCode[PendingMailbox](
    purpose=PURPOSE,
    page="accounts:case_mailbox_code",
    fate_page="accounts:case_mailbox_fate",
    template="accounts/recovery/mailbox_code.html",
    send=mailbox_proof.send,
)


def _waiting(request: HttpRequest) -> RecoveryCase | None:
    """Return the case of this browser, if it still waits."""
    found = shown_in(request)
    return found if found and found.state == CaseState.WAITING else None


@login_not_required
@never_cache
@require_http_methods(FORM)
def case_mailbox(request: HttpRequest) -> HttpResponse:
    """Ask for the address, and send a code there."""
    found = _waiting(request)
    if found is None:
        return redirect("accounts:case")
    form = MailboxForm(request.POST or None, origin=Origin(client_of(request)))
    if request.method == "POST" and form.is_valid():
        pending = mailbox_proof.begin(request, found, form.cleaned_data["address"])
        try:
            mailbox_proof.send(pending, client_of(request))
        except LimitReached as limit:
            mailbox_proof.forget(request)
            form.add_error(None, form.must_wait(limit, SENDS))
        else:
            return redirect("accounts:case_mailbox_code")
    return show_form(request, "accounts/recovery/mailbox.html", form)


@login_not_required
@never_cache
@require_http_methods(FORM)
def case_mailbox_code(request: HttpRequest) -> HttpResponse:
    """Take the code, and note what it shows; the answer is the same for every address."""
    found = _waiting(request)
    pending = mailbox_proof.pending_in(request, found) if found else None
    if found is None or pending is None:
        return redirect("accounts:case")
    if request.method == "POST" and "send" in request.POST:
        return CODE.send_again(request, pending)
    form = CODE.form(pending, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return CODE.show(request, pending, form)
    with steady_answer(settings.RECOVERY_CASE_ANSWER), transaction.atomic():
        if form.consume() is None:
            return CODE.show(request, pending, form)
        mailbox_proof.note(found, pending.mailbox)
    form.of_flow.clear()
    mailbox_proof.forget(request)
    messages.success(request, _("Thank you. If it’s an address of the account, staff see it."))
    return redirect("accounts:case")


@login_not_required
@never_cache
@require_GET
@background_request
def case_mailbox_fate(request: HttpRequest) -> HttpResponse:
    """Say what became of the code that was sent."""
    found = _waiting(request)
    return CODE.fate(mailbox_proof.pending_in(request, found) if found else None)
