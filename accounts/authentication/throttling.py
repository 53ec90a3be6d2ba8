"""What follows wrong codes and passwords, the same wherever one is typed."""

from django.conf import settings
from django.db import transaction

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.methods import AuthMethod, VerificationContext
from accounts.authentication.proofs import Proof, Strength
from accounts.contacts.normalization import email_key
from accounts.holds.bindings import held_subjects
from accounts.models import EventKind, User
from core.i18n import gettext as _
from core.limits.counters import Budget, FactorDisabled, LimitReached

EVENTS = {"sign-in": EventKind.SIGN_IN_CODE_FAILED}
STRANGER = "password:stranger"


def known_browser(digest: str) -> str:
    """Name the password budget of one browser that signed in before."""
    return f"password:{digest}"


def budget_of(user: User, factor: str) -> Budget:
    """Return the one budget of this person and factor, whatever page asks."""
    return Budget(f"person:{user.pk}", factor)


class StepBudget:
    """The failures of one step, counted by what a right code would prove.

    One counter guards what counts fully. What is held has a counter of its own, and so has what was
    added after the step was switched off: nobody gets tries at one factor by succeeding with
    another, and a new factor is not off because an old one is.
    """

    def __init__(self, user: User, step: AuthMethod) -> None:
        self._user, self._step = user, step
        self._main = budget_of(user, step.slug)
        self._apart: dict[str, Budget] = {}
        self.is_open = False  # what the one counter guards
        self.apart: frozenset[str] = frozenset()  # what has a counter of its own
        self.shut: frozenset[str] = frozenset()  # those of them that may not be tried now

    def reserve(self) -> int:
        """Count a try in each counter that it may touch; return the failures with it.

        Raises `LimitReached` or `FactorDisabled` if nothing may be tried now.
        """
        held, names = held_subjects(self._user), set[str]()
        if held:
            names |= held.intersection(self._step.factors(self._user))
        counts: list[int] = []
        refusal: LimitReached | FactorDisabled | None = None
        try:
            counts.append(self._main.reserve())
            self.is_open = True
        except (LimitReached, FactorDisabled) as error:
            refusal = error
            if isinstance(error, FactorDisabled):
                names |= set(self._step.factors(self._user, since=self._main.last_touched))
        for name in sorted(names):
            budget = budget_of(self._user, f"{self._step.slug}:{name}")
            try:
                counts.append(budget.reserve())
                self._apart[name] = budget
            except (LimitReached, FactorDisabled):
                self.shut |= {name}
        self.apart = frozenset(names)
        if not counts and refusal:
            raise refusal
        return max(counts)

    def give_back(self) -> None:
        """Uncount a try that could not be judged."""
        for budget in self._reserved():
            budget.give_back()

    def clear(self, proof: Proof) -> None:
        """Forget the failures of what was proved; of the others only this try, which was none."""
        own = self._apart.get(proof.factor, self._main)
        is_less = own is self._main and self._step.strong and proof.strength < Strength.TWO_STEP
        for budget in self._reserved():
            if budget is own and not is_less:
                budget.clear()
            else:
                budget.give_back()

    def _reserved(self) -> list[Budget]:
        return [*([self._main] if self.is_open else []), *self._apart.values()]


def note(verification: VerificationContext, step: AuthMethod, count: int) -> None:
    """Write the failed try into the person's activity; tell the owner at the policy's numbers."""
    kind = EVENTS.get(verification.purpose, EventKind.STEP_UP_FAILED)
    with transaction.atomic():
        _record(verification, kind, step)
        if count == settings.FAILURES_BEFORE_NOTICE:
            _record(verification, EventKind.SIGN_IN_MANY_FAILURES, step)
        if count == settings.FAILURES_BEFORE_OFF:
            _record(verification, EventKind.FACTOR_DISABLED, step)


def _record(verification: VerificationContext, kind: EventKind, step: AuthMethod) -> None:
    user, client = verification.user, verification.client
    events.record(user, kind, origin=Origin(client), method=step.slug)


def note_password(address: str, count: int, origin: Origin) -> None:
    """Write a wrong password down; the same work for an address that nobody has."""
    user = User.objects.filter(email_key=email_key(address)).first()
    if user is None:
        events.record_nobody(EventKind.SIGN_IN_PASSWORD_FAILED, origin=origin)
    else:
        _record_password(user, EventKind.SIGN_IN_PASSWORD_FAILED, count, origin)


def note_locked(user: User, method: str, origin: Origin) -> None:
    """Write down that the right password or passkey met a locked account."""
    with transaction.atomic():
        events.record(user, EventKind.SIGN_IN_LOCKED, origin=origin, method=method)


def locked_words() -> str:
    """Say that the account is locked and whom to ask; only after a right password or passkey."""
    if settings.SUPPORT_ADDRESS:
        words = _("This account is locked. To unlock it, e-mail %(address)s.")
        return words % {"address": settings.SUPPORT_ADDRESS}
    words = _("This account is locked. Ask the people who run %(site)s to unlock it.")
    return words % {"site": settings.PORTAL_NAME}


def note_own_password(user: User, count: int, origin: Origin) -> None:
    """Write down a wrong password that was typed in a session of the person."""
    _record_password(user, EventKind.STEP_UP_FAILED, count, origin)


@transaction.atomic
def _record_password(user: User, kind: EventKind, count: int, origin: Origin) -> None:
    events.record(user, kind, origin=origin, method="password")
    if count == settings.FAILURES_BEFORE_NOTICE:
        events.record(user, EventKind.SIGN_IN_MANY_FAILURES, origin=origin, method="password")


def password_budget(address: str, browser: str) -> Budget:
    """Return the budget of this address, however it is spelled, in one kind of browser."""
    return Budget(f"address:{email_key(address)}", browser)


def forgive_passwords(user: User) -> None:
    """Begin without failures in every browser, as a new password was set."""
    digests = user.known_browsers.values_list("digest", flat=True)
    budget_of(user, "password").clear()
    for browser in (STRANGER, *(known_browser(digest) for digest in digests)):
        password_budget(user.email, browser).clear()
