"""Taking back a phone that was taken away, at the sign-in, and the dispute that follows."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import Origin, origin_of
from accounts.authentication import sign_in
from accounts.authentication.proofs import STRONG_STEP, Proof, Strength, fresh_proofs, to_confirm
from accounts.authentication.session_guard import atomic_with_session
from accounts.authentication.sign_in import PendingSignIn
from accounts.forms.code import StepForm
from accounts.models import User
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import follow, show_form
from core.i18n import gettext as _
from core.web.http import client_of
from devices.models import Phone
from devices.phones import contest
from devices.phones.own_code import OwnCode, OwnCodeMatch

DESK = "devices:dispute"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_back_own(request: HttpRequest) -> HttpResponse:
    """Say what happened to the phone, and take it back on the code that it shows."""
    found = sign_in.pending_in(request)
    if not found:
        return redirect("accounts:sign_in")
    pending, user = found
    kept = OwnCode().kept(user)
    if not kept:
        messages.info(request, _("You can’t take a phone back this way right now."))
        return redirect("accounts:another_way")
    verification = sign_in.verification(request, pending, user)
    form = StepForm(request.POST or None, step=OwnCode(), verification=verification)
    if request.method == "POST" and form.is_valid():
        response = _take_back(request, pending, user, form)
        if response:
            return response
    context = {"kept": kept, "email": user.email}
    return show_form(request, "devices/take_back_own.html", form, **context)


def _take_back(
    request: HttpRequest, pending: PendingSignIn, user: User, form: StepForm
) -> HttpResponse | None:
    """Use the code up and take the phone back, in one transaction; None if it was used before.

    The budget of wrong codes is not cleared: the code proves less than one of a linked phone.
    """
    if not isinstance(form.match, OwnCodeMatch):
        return None
    phone = form.match.authenticator.phone
    phone.user = user
    try:
        with transaction.atomic():
            user.lock_for_update()
            proof = form.consume()
            if proof is None:
                return None
            contest.take_back(phone=phone, origin=Origin(client_of(request)))
            password = Proof("password", Strength.PASSWORD, pending.at)
            return follow(sign_in.finish(request, user, [password, proof], resolve_url(DESK)))
    except contest.NothingChanged:
        messages.info(request, _("Nothing has changed. Sign in again."))
        return redirect("accounts:another_way")


@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest) -> HttpResponse:
    """Say what is disputed and who decides; take the word of an older proof."""
    user = authenticated_user(request)
    if not user.is_disputed:
        return redirect("overview")
    older = contest.older_factors(user)
    is_older = contest.is_older(user, fresh_proofs(request))
    if request.method == "POST":
        if not is_older:
            return to_confirm(request, STRONG_STEP)
        return _decide(request, user, keeps="keep" in request.POST)
    context = {
        "place": "devices",
        "phones": list(Phone.objects.contested().filter(user=user)),
        "until": user.disputed_until,
        "since": user.disputed_since,
        "older": [contest.name_of(row) for row in older],
        "may_decide": is_older,
    }
    return render(request, "devices/dispute.html", context)


def _decide(request: HttpRequest, user: User, *, keeps: bool) -> HttpResponse:
    proofs = fresh_proofs(request)
    try:
        with atomic_with_session(request):
            contest.decide(user=user, keeps=keeps, proofs=proofs, origin=origin_of(request))
    except contest.NothingChanged:
        messages.info(request, _("This was already decided."))
        return redirect("overview")
    words = _("Decided. The phone is unlinked.")
    if keeps:
        words = _("Decided. The phone is fully active again.")
    messages.success(request, words)
    return redirect("devices:index")


def signed_out(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page, as the dispute that was begun ended this session too."""
    messages.warning(
        request,
        _(
            "This phone was recently taken back. We unlinked nothing: your account is "
            "in dispute, and we signed out every browser."
        ),
    )
    return redirect("accounts:sign_in")
