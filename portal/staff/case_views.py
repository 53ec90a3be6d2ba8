"""Staff pages of recovery cases: who asks, what speaks for them, and the word of two officers.

`portal.staff.site` guards every view here. No page shows a link of a case.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from accounts import staff
from accounts.by_staff import IsLocked
from accounts.forms.staff import OpenCaseForm
from accounts.guards.interrupted_forms import confirms
from accounts.models import RecoveryCase, User
from accounts.models.recovery_case import RecoveryCaseQuerySet
from accounts.readiness import assessment
from accounts.recovery_cases import deciding, offering, opening
from accounts.recovery_cases.deciding import Ended, TooEarly
from accounts.recovery_cases.opening import RIVAL
from accounts.recovery_cases.organisation_word import SAYS_NO
from accounts.recovery_contacts import answering
from accounts.request_user import authenticated_user
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.web.paging import page_of_rows
from devices.models import Session
from portal.staff.act_pages import Text, ask, ask_why, may_act

FORM = ["GET", "HEAD", "POST"]
AGAINST = (RIVAL, SAYS_NO)
EARLIER = 10  # requests for the same account that are listed


def _cases() -> RecoveryCaseQuerySet:
    return RecoveryCase.objects.real().select_related("user")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the open cases, the one that can be decided first at the top."""
    page = page_of_rows(request, _cases().open().order_by("waits_until", "pk"))
    return render(request, "admin/cases.html", page)


@require_safe
def case(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one case: its times, what speaks for the person, what officers have said."""
    found = get_object_or_404(_cases(), public_id=public_id)
    actor, user = authenticated_user(request), found.user
    approvals = list(found.approvals.select_related("officer").order_by("at"))
    can_decide = user is not None and staff.Act.DECIDE_CASE.slug in staff.acts_on(actor, user)
    has_said = any(row.officer_id == actor.pk for row in approvals)
    # A colleague's role can have gone and come back since: then the same word is enough.
    may_say = found.is_ready and (not has_said or deciding.is_last_word(found, actor))
    context: dict[str, Any] = {
        "case": found,
        "subject": user,
        "evidence": [_in_words(each) for each in found.evidence if each["kind"] not in AGAINST],
        "against": [_in_words(each) for each in found.evidence if each["kind"] in AGAINST],
        "options": assessment.of(user).ways if user else [],
        "sessions": Session.objects.of(user).alive().count() if user else 0,
        "approvals": approvals,
        "answers": list(found.answers.select_related("contact").order_by("at")),
        "contacts": answering.counting(found).count(),
        "earlier": user.recovery_cases.before(found)[:EARLIER] if user else [],
        "may_approve": can_decide and may_say,
        "may_decline": can_decide and found.is_open,
        "has_said": has_said,
    }
    response = render(request, "admin/case.html", context)
    if user:
        staff.note_look(actor=actor, user=user)
    return response


def _in_words(each: dict[str, str]) -> dict[str, Any]:
    return {**each, "at": parse_datetime(each["at"])}


def _to_decide(request: HttpRequest, public_id: UUID) -> tuple[RecoveryCase, User]:
    found = get_object_or_404(_cases(), public_id=public_id)
    account = found.user.public_id if found.user else public_id
    return found, may_act(request, account, staff.Act.DECIDE_CASE)


@require_http_methods(FORM)
@confirms(gettext_lazy("let a caller ask for their account"), "contact", "checked", "reason")
def offer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send a link by which somebody who called can ask for the account."""
    user = may_act(request, public_id, staff.Act.OPEN_CASE)

    def do(form: OpenCaseForm) -> tuple[bool, Text]:
        contact = form.cleaned_data["contact"]
        try:
            offering.offer(
                actor=authenticated_user(request), user=user, contact=contact, reason=form.why
            )
        except IsLocked:
            return False, _("The account is locked. Unlock it first.")
        except offering.AlreadyOpen:
            return False, _("Somebody asks for this account already. See “Recovery”.")
        return True, _("We’ll send the link to %(address)s.") % {"address": contact}

    delay = opening.wait_of(has_two_step=user.has_two_step)
    return ask(request, user, "open_case", OpenCaseForm, do, delay=delay)


@require_http_methods(FORM)
@confirms(gettext_lazy("approve a request to recover an account"), "checked", "reason")
def approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say that the person is the owner; the second officer's word sends the link."""
    found, user = _to_decide(request, public_id)
    if not found.is_ready:
        return redirect("admin:case", public_id=public_id)

    def do(reason: str) -> tuple[bool, Text]:
        try:
            done = deciding.approve(actor=authenticated_user(request), case=found, reason=reason)
        except TooEarly:
            return False, _("The wait has not ended yet.")
        except Ended:
            return False, _("This request is no longer open.")
        if done:
            return True, _("It is approved: we’ve sent the person a link.")
        return True, _("Your word is noted. A second officer has to agree.")

    is_last = deciding.is_last_word(found, authenticated_user(request))
    return ask_why(request, user, "approve_case", do, is_last=is_last)


@require_http_methods(FORM)
@confirms(gettext_lazy("decline a request to recover an account"), "checked", "reason")
def decline(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End the case."""
    found, user = _to_decide(request, public_id)
    if not found.is_open:
        return redirect("admin:case", public_id=public_id)

    def do(reason: str) -> tuple[bool, Text]:
        try:
            deciding.decline(actor=authenticated_user(request), case=found, reason=reason)
        except Ended:
            return False, _("This request is no longer open.")
        return True, _("The request is declined.")

    return ask_why(request, user, "decline_case", do, case=found)
