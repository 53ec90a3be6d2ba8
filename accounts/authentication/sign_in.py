"""Signing in: from the right password to a session that has proved enough.

The half-done sign-in is one value under one session key, and only this file touches it.
"""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from hmac import compare_digest

from django.conf import settings
from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils import timezone

from accounts.activity import events
from accounts.activity.origin import origin_of
from accounts.authentication import browser_trust, known_browsers
from accounts.authentication.methods import AlreadySpent, VerificationContext
from accounts.authentication.proofs import Proof, Strength, store_proofs
from accounts.authentication.second_steps import step_of
from accounts.authentication.verification import Verification
from accounts.holds import keep_or_remove
from accounts.models import EmailAddress, EventKind, User
from accounts.preferences import languages, timezones
from accounts.readiness import unused_methods
from core.timezones import asked_for
from core.web.cookies import Cookie
from core.web.http import client_of, is_local

PENDING_KEY = "pending_sign_in"
BACKEND = "accounts.backends.EmailBackend"


@dataclass(frozen=True)
class PendingSignIn:
    """A right password that waits for the second step; `at` is in epoch seconds."""

    binding: str
    user_id: int
    stamp: str
    at: float
    next: str

    @property
    def is_in_time(self) -> bool:
        """Whether the ten minutes are not over."""
        age = timezone.now().timestamp() - self.at
        return timedelta(0) <= timedelta(seconds=age) <= settings.PENDING_SIGN_IN_AGE


@dataclass(frozen=True)
class Outcome:
    """Where a sign-in leads, and what the browser is given along."""

    url: str
    cookies: tuple[Cookie, ...] = ()


def start(request: HttpRequest, user: User, next_url: str) -> Outcome:
    """Take a right password: sign in, or go on to the second step if one is needed here."""
    if request.user.is_authenticated:
        logout(request)
    password = Proof.now("password", Strength.PASSWORD)
    if not user.has_two_step:
        return finish(request, user, [password], next_url)
    return _by_trust(request, user, password, next_url) or _ask(request, user, next_url)


def _by_trust(request: HttpRequest, user: User, password: Proof, next_url: str) -> Outcome | None:
    """Sign in on the word of a trusted browser; None if there is none, or no longer."""
    match = browser_trust.keeper().find(request, user)
    if match is None:
        return None
    try:
        with transaction.atomic():
            outcome = finish(request, user, [password, match.consume()], next_url)
            return replace(outcome, cookies=(*outcome.cookies, match.renew(request)))
    except AlreadySpent:
        return None


def _ask(request: HttpRequest, user: User, next_url: str) -> Outcome:
    pending = PendingSignIn(
        binding=secrets.token_hex(16),
        user_id=user.pk,
        stamp=user.stamp("pending"),
        at=timezone.now().timestamp(),
        next=next_url,
    )
    request.session[PENDING_KEY] = asdict(pending)
    request.session.cycle_key()
    return Outcome(first_page(request, pending, user))


def first_page(request: HttpRequest, pending: PendingSignIn, user: User) -> str:
    """Return the page of the step this browser used last, else of the strongest."""
    asked = Verification(verification(request, pending, user))
    option = asked.best(known_browsers.last_step(request, user))
    if option is None:
        return resolve_url("accounts:another_way")
    return resolve_url("accounts:sign_in_step", slug=option.slug)


def pending_in(request: HttpRequest) -> tuple[PendingSignIn, User] | None:
    """Return the half-done sign-in and its person, judged again at every request.

    None if there is none, it is older than `PENDING_SIGN_IN_AGE`, the password changed, the account
    was locked or two-step was switched off meanwhile.
    """
    kept = request.session.get(PENDING_KEY)
    if not isinstance(kept, dict):
        return None
    pending = PendingSignIn(**kept)
    user = User.objects.filter(pk=pending.user_id, is_active=True).first()
    if user is None or not user.has_two_step or not pending.is_in_time:
        return None
    if user.two_step_since and user.two_step_since.timestamp() > pending.at:
        return None  # it was off in between
    if not compare_digest(user.stamp("pending"), pending.stamp):
        return None
    return pending, user


def is_locked(request: HttpRequest) -> bool:
    """Tell whether the account was locked after its right password was typed here."""
    kept = request.session.get(PENDING_KEY)
    pending = PendingSignIn(**kept) if isinstance(kept, dict) else None
    if pending is None or not pending.is_in_time:
        return False
    user = User.objects.filter(pk=pending.user_id, is_active=False).first()
    return user is not None and compare_digest(user.stamp("pending"), pending.stamp)


def next_of(request: HttpRequest) -> str:
    """Return where a half-done sign-in was to lead, though it may be over; "" if to no place."""
    kept = request.session.get(PENDING_KEY)
    next_url = str(kept.get("next", "")) if isinstance(kept, dict) else ""
    return next_url if is_local(next_url, request) else ""


def lead_to(request: HttpRequest, pending: PendingSignIn, next_url: str) -> None:
    """Let the half-done sign-in go on to another page of this site once it is done."""
    request.session[PENDING_KEY] = asdict(replace(pending, next=next_url))


def forget(request: HttpRequest) -> None:
    """Drop the half-done sign-in."""
    request.session.pop(PENDING_KEY, None)


def verification(request: HttpRequest, pending: PendingSignIn, user: User) -> VerificationContext:
    """Name the verification that this sign-in asks for."""
    return VerificationContext(user, "sign-in", pending.binding, client_of(request))


def finish(request: HttpRequest, user: User, proofs: list[Proof], next_url: str = "") -> Outcome:
    """Sign the person in with these proofs: new session id, one event, and on to `next`.

    Call it in the transaction that used the code up: the session row then stands or falls with it,
    and unlinking the phone finds either the code refused or the session to end.
    """
    forget(request)
    with transaction.atomic(savepoint=False):
        languages.remember(user)  # before any message about it is queued
        timezones.remember(user, asked_for(request))
        store_proofs(request.session, proofs)
        unused_methods.open_question(request, user, proofs)
        mark = known_browsers.mark(
            request, user, proofs[-1]
        )  # first: the session takes its name over
        login(request, user, backend=BACKEND)
        keep_or_remove.open_question(request, proofs)
        _clear_reset_mailbox(user, proofs)
        if mark.offers_passkey:
            known_browsers.open_offer(request)
        _record(request, user, proofs, is_new_browser=mark.is_elsewhere)
        if request.session.modified:
            request.session.save()
        url = _destination(request, user, proofs, next_url)
    return Outcome(url, (known_browsers.cookie_of(mark),))


def _destination(request: HttpRequest, user: User, proofs: list[Proof], next_url: str) -> str:
    if user.has_two_step and fell_back(proofs) and not _is_desk(next_url):
        return resolve_url(settings.AFTER_FALL_BACK)
    return next_url if is_local(next_url, request) else resolve_url(settings.LOGIN_REDIRECT_URL)


def fell_back(proofs: list[Proof]) -> bool:
    """Tell whether a code that was sent or saved stood for the phone or passkey.

    A new phone or passkey whose hold lasts proves no more than that, and was there all the same.
    """
    steps = [step_of(proof) for proof in proofs if proof.strength >= Strength.RECOVERED]
    return bool(steps) and not any(step and step.strong for step in steps)


def _is_desk(url: str) -> bool:
    """Tell whether the person is on the way to where the loss of a phone is dealt with."""
    return url.partition("?")[0] in {resolve_url(desk) for desk in settings.LOST_PHONE_DESKS}


def _clear_reset_mailbox(user: User, proofs: list[Proof]) -> None:
    """A proof that is not that mailbox shows that the reset was the owner's."""
    barred = EmailAddress.factor_of(user.reset_mailbox_id)
    second = [proof for proof in proofs if proof.strength >= Strength.RECOVERED]
    if user.reset_mailbox_id and any(proof.factor != barred for proof in second):
        User.objects.filter(pk=user.pk).update(reset_mailbox=None)


def _record(request: HttpRequest, user: User, proofs: list[Proof], *, is_new_browser: bool) -> None:
    strength = max(proof.strength for proof in proofs)
    if not user.has_two_step:
        strength = Strength.PASSWORD
    kind = {
        Strength.PASSWORD: EventKind.SIGN_IN_PASSWORD,
        Strength.RECOVERED: EventKind.SIGN_IN_HELD,
        Strength.TWO_STEP: EventKind.SIGN_IN_TWO_STEP,
    }[strength]
    if strength == Strength.RECOVERED and fell_back(proofs):
        kind = EventKind.SIGN_IN_RECOVERED
    elif is_new_browser:
        kind = EventKind.SIGN_IN_NEW_BROWSER
    methods = [proof.method for proof in proofs]
    events.record(user, kind, origin=origin_of(request), methods=methods)
