"""Recovery codes: made, shown once, proven saved."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from accounts import bindings, events, readiness, recovery_codes, two_step
from accounts.acts import in_session
from accounts.forms.code import RecoveryCodeCheckForm
from accounts.held_forms import confirms
from accounts.models import User
from accounts.people import person, session_id
from accounts.proofs import Strength, level, needs
from accounts.views.answers import show_form
from accounts.views.two_step import switch_on
from accounts.ways import Verification
from portal.http import client_of, require_post
from portal.limits import Rate
from portal.words import gettext as _
from portal.words import gettext_lazy

NEW_SETS = Rate(
    "recovery-code-sets", settings.RECOVERY_CODE_SETS_A_QUARTER_HOUR, timedelta(minutes=15)
)


def recovery_codes_page(request: HttpRequest) -> HttpResponse:
    """Show the set; the codes themselves only right after they were made, to this session."""
    user = person(request)
    verification = Verification(user, "check", session_id(request), client_of(request))
    form = RecoveryCodeCheckForm(request.POST or None, verification=verification)
    if request.method == "POST" and form.is_valid():
        response = _confirm(request, user)
        form.budget.give_back()  # it proves that the sheet is there, and nobody's identity
        return response
    held = recovery_codes.summary(user)
    live = user.recovery_code_sets.live()
    older = live.exclude(pk=held.newest.pk).order_by("-pk").first() if held.newest else None
    return show_form(
        request,
        "accounts/recovery_codes.html",
        form,
        codes=recovery_codes.shown(held.newest, to=session_id(request)),
        set=held.newest,
        if_lost=readiness.of(user).loss(["paper"]).sentence if held.left else "",
        left=held.left,
        total=settings.RECOVERY_CODES_A_SET,
        confirmed=held.confirmed,
        two_step_ready=not user.has_two_step and level(request) >= Strength.TWO_STEP,
        kept=older,
    )


def _confirm(request: HttpRequest, user: User) -> HttpResponse:
    """Note the proof; during set-up that is the last step, so two-step goes on."""
    newest = recovery_codes.summary(user).newest
    with transaction.atomic():
        if newest and recovery_codes.confirm(newest):
            client, session = client_of(request), session_id(request)
            events.record(user, "recovery_codes:confirmed", client=client, session=session)
    if level(request) >= Strength.TWO_STEP and two_step.is_ready(user, session_id(request)):
        return switch_on(request)
    messages.success(request, _("Good. Your recovery codes are saved."))
    return redirect("overview" if user.has_two_step else "accounts:two_step")


@require_post("accounts:recovery_codes")
@needs(Strength.RECOVERED, back="accounts:recovery_codes")
@confirms(gettext_lazy("make new recovery codes"))
def recovery_codes_new(request: HttpRequest) -> HttpResponse:
    """Make a new set; made in a recovered session, the older one stays until the hold is over."""
    user = person(request)
    NEW_SETS.take(str(user.pk))
    drawn, ground = recovery_codes.draw(), bindings.ground_of(request)
    with in_session(request):
        recovery_codes.renew(user, drawn, ground=ground, client=client_of(request))
    return redirect("accounts:recovery_codes")


@require_GET
def recovery_codes_download(request: HttpRequest) -> HttpResponse:
    """Give the codes as a text file, as long as the page may show them."""
    user = person(request)
    newest = recovery_codes.summary(user).newest
    codes = recovery_codes.shown(newest, to=session_id(request))
    if codes is None or newest is None:
        raise Http404
    heading = _("%(portal)s recovery codes, made %(date)s. Each works once.") % {
        "portal": settings.PORTAL_NAME,
        "date": date_format(timezone.localtime(newest.created_at), "j F Y"),
    }
    body = "\n".join([heading, "", *codes, ""])
    response = HttpResponse(body, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response
