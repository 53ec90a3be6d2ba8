"""Creating an account: nothing is written until a code proves the address."""

from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from accounts.activity.origin import Origin
from accounts.authentication import sign_in, sign_up
from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.sign_up import PURPOSE, PendingSignUp
from accounts.contacts.taken import is_address_taken
from accounts.forms.code import SENDS, SentCodeForm
from accounts.forms.sign_in import SignUpForm
from accounts.views.shortcuts import follow, show_form
from accounts.views.signing_in.mailed_code import MailedCode
from core.i18n import gettext as _
from core.limits.counters import LimitReached
from core.web.http import background_request, client_of

CODE = MailedCode[PendingSignUp](
    purpose=PURPOSE,
    page="accounts:sign_up_confirm",
    fate_page="accounts:sign_up_fate",
    template="accounts/sign_up_confirm.html",
    send=sign_up.send,
)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def begin(request: HttpRequest) -> HttpResponse:
    """Ask for address, name and password, and send a code."""
    if not settings.SIGN_UP_OPEN:
        raise Http404
    if request.user.is_authenticated:
        return redirect("overview")
    form = SignUpForm(request.POST or None, origin=Origin(client_of(request)))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        pending = PendingSignUp.now(email=typed["email"], name=typed["name"], password=form.hashed)
        try:
            sign_up.send(pending, client_of(request))
        except LimitReached as limit:
            form.add_error(None, form.must_wait(limit, SENDS))
        else:
            sign_up.keep(request, pending)
            return redirect("accounts:sign_up_confirm")
    return show_form(request, "accounts/sign_up.html", form)


@login_not_required
@never_cache
def sign_up_confirm(request: HttpRequest) -> HttpResponse:
    """Take the code, make the account and sign in."""
    pending = sign_up.pending_in(request)
    if pending is None:
        return redirect("accounts:sign_up" if settings.SIGN_UP_OPEN else "accounts:sign_in")
    if request.method == "POST" and "send" in request.POST:
        return CODE.send_again(request, pending)
    form = CODE.form(pending, request.POST or None)
    if request.method == "POST" and form.is_valid():
        response = _create(request, pending, form)
        if response:
            return response
    return CODE.show(request, pending, form)


def _create(
    request: HttpRequest, pending: PendingSignUp, form: SentCodeForm
) -> HttpResponse | None:
    """Make the account; None, with an error in the form, if the code or address was taken."""
    try:
        with transaction.atomic():
            proof = form.consume()
            if proof is None:
                return None
            user, address = sign_up.create(pending, origin=Origin(client_of(request)))
            proof = replace(proof, factor=address.factor)
            sign_up.forget(request)
            password = Proof.now("password", Strength.PASSWORD)
            outcome = sign_in.finish(request, user, [proof, password])
    except IntegrityError as error:
        if not is_address_taken(error):
            raise
        form.add_error(None, form.refusal())
        return None
    form.of_flow.clear()
    messages.success(request, _("Your account is ready. Now add a second step to protect it."))
    return follow(outcome)


@login_not_required
@never_cache
@require_GET
@background_request
def sign_up_fate(request: HttpRequest) -> HttpResponse:
    """Say what became of the code that was sent."""
    return CODE.fate(sign_up.pending_in(request))
