"""Creating an account: nothing is written until a code proves the address."""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication import sign_in
from accounts.authentication.factors import sent_codes
from accounts.authentication.proofs import Proof, Strength
from accounts.contacts.taken import is_address_taken
from accounts.forms.code import SENDS, SentCodeForm
from accounts.forms.sign_in import SignUpForm
from accounts.models import EmailAddress, EventKind, User
from accounts.views.shortcuts import show_form
from accounts.views.signing_in.verification_flow import describe, fate_answer
from core.i18n import gettext as _
from core.limits.counters import LimitReached
from core.web.http import background_request, client_of

SIGN_UP_KEY = "sign_up"


@dataclass(frozen=True)
class PendingSignUp:
    """What was typed, waiting for the code; the password only as its hash."""

    binding: str
    email: str
    name: str
    password: str
    at: float

    @property
    def is_in_time(self) -> bool:
        """Whether the hour to confirm is not over."""
        age = timedelta(seconds=timezone.now().timestamp() - self.at)
        return timedelta(0) <= age <= settings.CONTACT_CONFIRM_AGE

    def form(self, data: object = None) -> SentCodeForm:
        """Return the form that takes the code."""
        return SentCodeForm(data, purpose="sign-up", binding=self.binding, contacts=EmailAddress)


def _pending(request: HttpRequest) -> PendingSignUp | None:
    kept = request.session.get(SIGN_UP_KEY)
    pending = PendingSignUp(**kept) if isinstance(kept, dict) else None
    return pending if pending and pending.is_in_time else None


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask for address, name and password, and send a code."""
    if not settings.SIGN_UP_OPEN:
        raise Http404
    if request.user.is_authenticated:
        return redirect("overview")
    form = SignUpForm(request.POST or None, origin=Origin(client_of(request)))
    if request.method == "POST" and form.is_valid():
        pending = PendingSignUp(
            binding=secrets.token_hex(16),
            email=form.cleaned_data["email"],
            name=form.cleaned_data["name"],
            password=form.hashed,
            at=timezone.now().timestamp(),
        )
        try:
            _send(request, pending)
        except LimitReached as limit:
            form.add_error(None, form.must_wait(limit, SENDS))
        else:
            request.session[SIGN_UP_KEY] = asdict(pending)
            request.session.cycle_key()
            return redirect("accounts:sign_up_confirm")
    return show_form(request, "accounts/sign_up.html", form)


def _send(request: HttpRequest, pending: PendingSignUp) -> None:
    sent_codes.send(
        sent_codes.Delivery("email", pending.email),
        user=None,
        purpose="sign-up",
        binding=pending.binding,
        client=client_of(request),
    )


@login_not_required
@never_cache
def sign_up_confirm(request: HttpRequest) -> HttpResponse:
    """Take the code, make the account and sign in."""
    pending = _pending(request)
    if pending is None:
        return redirect("accounts:sign_up" if settings.SIGN_UP_OPEN else "accounts:sign_in")
    if request.method == "POST" and "send" in request.POST:
        return _send_again(request, pending)
    form = pending.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        response = _create(request, pending, form)
        if response:
            return response
    return _confirm_page(request, pending, form)


def _confirm_page(request: HttpRequest, pending: PendingSignUp, form: SentCodeForm) -> HttpResponse:
    fate_url = resolve_url("accounts:sign_up_fate")
    sent = describe(form.sent, fate_url, icon=EmailAddress.icon) if form.sent else None
    template = "accounts/sign_up_confirm.html"
    return show_form(request, template, form, address=pending.email, sent=sent)


def _send_again(request: HttpRequest, pending: PendingSignUp) -> HttpResponse:
    try:
        _send(request, pending)
    except LimitReached as limit:
        form = pending.form()
        messages.warning(request, form.must_wait(limit, SENDS).messages[0])
        return _confirm_page(request, pending, form)
    return redirect("accounts:sign_up_confirm")


def _create(
    request: HttpRequest, pending: PendingSignUp, form: SentCodeForm
) -> HttpResponse | None:
    """Make the account; None, with an error in the form, if the code or address was taken."""
    try:
        with transaction.atomic():
            proof = form.consume()
            if proof is None:
                return None
            user = _write(request, pending)
            first = user.email_addresses.get()
            proof = replace(proof, factor=first.factor)
            request.session.pop(SIGN_UP_KEY)
            password = Proof.now("password", Strength.PASSWORD)
            response = sign_in.finish(request, user, [proof, password])
    except IntegrityError as error:
        if not is_address_taken(error):
            raise
        form.add_error(None, form.refusal())
        return None
    form.of_flow.clear()
    messages.success(request, _("Your account is ready. Now add a second step to protect it."))
    return response


def _write(request: HttpRequest, pending: PendingSignUp) -> User:
    user = User.objects.create(
        email=pending.email,
        name=pending.name,
        password=pending.password,
        last_language=get_language() or "",
    )
    EmailAddress.objects.create(user=user, address=user.email, verified_at=timezone.now())
    events.record(user, EventKind.ACCOUNT_CREATED, origin=Origin(client_of(request)))
    return user


@login_not_required
@never_cache
@require_GET
@background_request
def sign_up_fate(request: HttpRequest) -> HttpResponse:
    """Say what became of the code that was sent."""
    pending = _pending(request)
    sent = pending.form().sent if pending else None
    if sent is None:
        raise Http404
    return fate_answer(sent)
