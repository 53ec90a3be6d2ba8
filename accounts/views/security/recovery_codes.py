"""Recovery codes: made, shown once, proven saved."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from accounts.activity.origin import origin_of
from accounts.authentication import two_step
from accounts.authentication.factors import pending_recovery_codes, recovery_codes
from accounts.authentication.factors.possessions import Paper
from accounts.authentication.methods import VerificationContext
from accounts.authentication.proofs import Strength, level, step_up_required
from accounts.authentication.session_guard import atomic_with_session
from accounts.forms.code import RecoveryCodeCheckForm
from accounts.guards.interrupted_forms import confirms
from accounts.holds import bindings
from accounts.models import RecoveryCodeSet, User
from accounts.readiness import assessment
from accounts.request_user import authenticated_user, session_id
from accounts.views.security.two_step import switch_on
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.limits import rates
from core.web.http import client_of, require_post


def recovery_codes_page(request: HttpRequest) -> HttpResponse:
    """Show the set; the codes themselves only right after they were made, to this session."""
    user = authenticated_user(request)
    verification = VerificationContext(user, "check", session_id(request), client_of(request))
    form = RecoveryCodeCheckForm(request.POST or None, verification=verification)
    if request.method == "POST" and form.is_valid():
        response = _confirm(request, user, form.code_set)
        form.budget.give_back()  # it proves that the sheet is there, and nobody's identity
        return response
    held = recovery_codes.summary(user)
    live = user.recovery_code_sets.live().exclude(is_pending=True)
    older = live.exclude(pk=held.newest.pk).order_by("-pk").first() if held.newest else None
    sheet, codes = recovery_codes.sheet(held, to=session_id(request))
    return show_form(
        request,
        "accounts/recovery_codes.html",
        form,
        codes=codes,
        sheet=sheet,
        set=held.newest,
        pending=held.pending if held.is_replaceable and sheet == held.pending else None,
        if_lost=assessment.of(user).loss([Paper.kind]).sentence if held.left else "",
        left=held.left,
        total=settings.RECOVERY_CODES_A_SET,
        confirmed=held.confirmed,
        two_step_ready=not user.has_two_step and level(request) >= Strength.TWO_STEP,
        kept=older,
    )


def _confirm(request: HttpRequest, user: User, code_set: RecoveryCodeSet | None) -> HttpResponse:
    """Note the proof; during set-up that is the last step, so two-step goes on."""
    with atomic_with_session(request):
        is_done = code_set and pending_recovery_codes.confirm(
            user, code_set, origin=origin_of(request)
        )
    if not code_set or not is_done:
        messages.warning(request, _("These codes no longer work. The newest ones are below."))
        return redirect("accounts:recovery_codes")
    if level(request) >= Strength.TWO_STEP and two_step.is_ready(user, session_id(request)):
        return switch_on(request)
    said = _("Good. Your recovery codes are saved.")
    if code_set.is_pending:
        said = _("Good. Your new recovery codes are saved. Your older codes no longer work.")
    messages.success(request, said)
    return redirect("overview" if user.has_two_step else "accounts:two_step")


@require_post("accounts:recovery_codes")
@step_up_required(Strength.TWO_STEP, back="accounts:recovery_codes")
@confirms(gettext_lazy("discard the new recovery codes"))
def recovery_codes_discard(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End the set that no code was typed back of; the older one stays."""
    user = authenticated_user(request)
    try:
        with atomic_with_session(request):
            is_done = pending_recovery_codes.discard(user, public_id, origin=origin_of(request))
    except pending_recovery_codes.NothingElse:
        messages.warning(request, _("Not discarded: you have no other codes left."))
        return redirect("accounts:recovery_codes")
    if is_done:
        messages.success(request, _("Discarded. Your older codes keep working."))
    return redirect("accounts:recovery_codes")


@require_post("accounts:recovery_codes")
@step_up_required(Strength.RECOVERED, back="accounts:recovery_codes")
@confirms(gettext_lazy("make new recovery codes"))
def recovery_codes_new(request: HttpRequest) -> HttpResponse:
    """Make a new set; the older one stays until this one was typed back or its owner has chosen."""
    user = authenticated_user(request)
    rates.RECOVERY_CODE_SETS.take(str(user.pk))
    drawn, ground = recovery_codes.draw(), bindings.ground_of(request)
    with atomic_with_session(request):
        recovery_codes.renew(user, drawn, ground=ground, origin=origin_of(request))
    return redirect("accounts:recovery_codes")


@require_GET
def recovery_codes_download(request: HttpRequest) -> HttpResponse:
    """Give the codes as a text file, as long as the page may show them."""
    user = authenticated_user(request)
    held = recovery_codes.summary(user)
    sheet, codes = recovery_codes.sheet(held, to=session_id(request))
    if codes is None or sheet is None:
        raise Http404
    heading = _("%(portal)s recovery codes, made %(date)s. Each works once.") % {
        "portal": settings.PORTAL_NAME,
        "date": date_format(timezone.localtime(sheet.created_at), "j F Y"),
    }
    body = "\n".join([heading, "", *codes, ""])
    response = HttpResponse(body, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response
