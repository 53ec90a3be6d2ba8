"""The page of a case, for the person who opened it; the stop, for the owner; the new password."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import Origin, origin_of
from accounts.authentication import sign_in, throttling
from accounts.authentication.proofs import Proof, Strength
from accounts.forms.code import WaitingForm
from accounts.forms.links import SignedTokenForm, TokenForm
from accounts.forms.sign_in import NewPasswordForm
from accounts.holds import bindings
from accounts.links import link_mail
from accounts.models import CaseState, RecoveryCase
from accounts.recovery_cases import deciding, ending, finishing, links
from accounts.recovery_contacts import answering
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import follow, show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.limits import rates
from core.limits.counters import LimitReached
from core.web.http import client_of

CASE_KEY, TOKEN_KEY = "case_shown", "case_link"
FORM = ["GET", "HEAD", "POST"]
LINKS = gettext_lazy("We’ve sent enough links for now. You can ask for the next one in %(time)s.")


def show_in(request: HttpRequest, case: RecoveryCase) -> HttpResponse:
    """Let this browser see the case from now on."""
    request.session[CASE_KEY] = str(case.public_id)
    return redirect("accounts:case")


def shown_in(request: HttpRequest) -> RecoveryCase | None:
    """Return the case that this browser may see."""
    rows = RecoveryCase.objects.select_related("user")
    try:
        return rows.filter(public_id=UUID(str(request.session.get(CASE_KEY, "")))).first()
    except (ValueError, ValidationError):
        return None


@login_not_required
@never_cache
@require_http_methods(FORM)
@sensitive_post_parameters()
def case_link(request: HttpRequest) -> HttpResponse:
    """Take the token of a mail and show the case."""
    form = SignedTokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = links.find(form.cleaned_data["token"], links.PAGE)
        if found:
            return show_in(request, found)
        form.add_error(None, _("This link no longer works. Ask for a new one."))
    return show_form(request, "accounts/open_link.html", form)


@login_not_required
@never_cache
@require_http_methods(FORM)
def case(request: HttpRequest) -> HttpResponse:
    """Say how the case stands and what comes next; take it back, or ask for another link."""
    found = shown_in(request)
    if found is None:
        return redirect("accounts:recover")
    form = WaitingForm()
    if request.method == "POST":
        if "withdraw" in request.POST:
            ending.withdraw(found)
            return redirect("accounts:case")
        try:
            rates.RECOVERY_CASE_LINKS.take(str(found.public_id))
        except LimitReached as limit:
            messages.warning(request, form.must_wait(limit, LINKS).messages[0])
        else:
            if deciding.send_again(found):
                messages.success(request, _("Another link is on its way."))
            return redirect("accounts:case")
    words = answering.words_of(found)
    return show_form(request, "accounts/recovery/case.html", form, case=found, words=words)


@login_not_required
@never_cache
@require_http_methods(FORM)
@sensitive_post_parameters()
def stop_case(request: HttpRequest) -> HttpResponse:
    """Let the owner end a case from a notice, without signing in; only the button changes it."""
    form = SignedTokenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return show_form(request, "accounts/open_link.html", form)
    token = form.cleaned_data["token"]
    found = links.find(token, links.STOP)
    if found is None or not found.is_open:
        is_stopped = found is not None and found.state == CaseState.STOPPED
        name = "stopped" if is_stopped else "not_open"
        return render(request, f"accounts/recovery/{name}.html", {"case": found})
    if "stop" in request.POST:
        return _stop(request, found)
    return render(request, "accounts/recovery/stop.html", {"case": found, "token": token})


def _stop(request: HttpRequest, found: RecoveryCase) -> HttpResponse:
    is_stopped = ending.stop(found, origin=origin_of(request))
    found.refresh_from_db()  # it may have ended in another way at the same moment
    name = "stopped" if is_stopped else "not_open"
    return render(request, f"accounts/recovery/{name}.html", {"case": found})


@never_cache
@require_http_methods(FORM)
def own_case(request: HttpRequest) -> HttpResponse:
    """Let who is signed in stop the request for their account; no stronger proof is asked."""
    found = authenticated_user(request).recovery_cases.open().first()
    if found is None:
        return render(request, "accounts/recovery/not_open.html")
    if request.method == "POST":
        return _stop(request, found)
    return render(request, "accounts/recovery/stop.html", {"case": found})


@login_not_required
@never_cache
@require_http_methods(FORM)
@sensitive_post_parameters()
def case_new_password_link(request: HttpRequest) -> HttpResponse:
    """Take the token of the link of an approved case into the session."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"]
        if finishing.find(token) is None:
            return render(request, "accounts/recovery/refused.html", status=400)
        request.session[TOKEN_KEY] = token
        return redirect("accounts:case_new_password")
    return show_form(request, "accounts/open_link.html", form)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(FORM)
def case_new_password(request: HttpRequest) -> HttpResponse:
    """Take the new password and sign in, on what two officers and the link are worth."""
    found = finishing.find(str(request.session.get(TOKEN_KEY, "")))
    if found is None:
        return render(request, "accounts/recovery/refused.html", status=400)
    link, approved = found
    form = NewPasswordForm(request.POST or None, user=link.user)
    if request.method != "POST" or not form.is_valid():
        return show_form(
            request,
            "accounts/recovery/new_password.html",
            form,
            user=link.user,
            address=link.user.email,
        )
    with transaction.atomic():
        user = finishing.finish(
            link,
            approved,
            password=form.cleaned_data["new_password"],
            origin=Origin(client_of(request)),
        )
        if user is None:
            return render(request, "accounts/recovery/refused.html", status=400)
        request.session.pop(TOKEN_KEY, None)
        password = Proof.now("password", Strength.PASSWORD)
        officers = Proof.now(bindings.CASE, Strength.RECOVERED)
        outcome = sign_in.finish(request, user, [password, officers])
    throttling.forgive_passwords(user)
    link_mail.forget(user)
    return follow(outcome)
