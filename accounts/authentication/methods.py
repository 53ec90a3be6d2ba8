"""What a second step is: its sign-in options for an account, and what these depend on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.timesince import timesince

from accounts.authentication.factors.possessions import Possession
from accounts.authentication.factors.sent_codes import NotYours
from accounts.authentication.proofs import Proof, Strength
from accounts.models import SentCode, User
from core.i18n import Text, listed
from core.i18n import gettext_lazy as _
from core.web.http import RequestOrigin


class AlreadySpent(Exception):
    """Somebody else, or the same person a moment ago, used this code first."""


class CannotCheck(Exception):
    """What the code would be compared with cannot be read now, for a reason of the site's own.

    `counts` says whether it was compared with something else all the same, and is a try therefore.
    """

    def __init__(self, *, counts: bool) -> None:
        super().__init__("cannot be checked now")
        self.counts = counts


@dataclass(frozen=True)
class VerificationContext:
    """Who is proving themselves, for what (`purpose`), in which one flow (`binding`)."""

    user: User
    purpose: str
    binding: str
    client: RequestOrigin
    shut: frozenset[str] = frozenset()  # factors that wait, after too many failures
    only: frozenset[str] | None = None  # the only factors that may be tried; None is all

    def admits(self, factor: str) -> bool:
        """Tell whether a code of this factor is judged now."""
        return factor not in self.shut and (self.only is None or factor in self.only)


@dataclass(frozen=True)
class SignInOption:
    """One way in that an account really has; a tile of the picker."""

    method: "AuthMethod"
    target: str
    hint: Text
    possession: Possession
    strength: Strength
    linked_at: datetime | None = None
    last_used_at: datetime | None = None
    asked_at: datetime | None = None
    counts_from: datetime | None = None
    left: int = 0
    is_proven: bool = True
    has_pending: bool = False  # newer codes wait until one of them is typed back
    url: str = ""
    managed_at: str = "accounts:two_step"  # name of the URL where it is looked after
    note: Text = ""  # a sentence on what it is not
    among: str = ""  # which button asks for it, if the step has several
    shows: Sequence[str] = ()  # whose codes an app there shows

    @property
    def slug(self) -> str:
        """The name of its method in URLs, rows and sessions."""
        return self.method.slug

    @property
    def label(self) -> Text:
        """What its method is called on pages."""
        return self.method.label

    @property
    def icon(self) -> str:
        """The icon of its method."""
        return self.method.icon

    @property
    def sends(self) -> bool:
        """Whether a code has to be sent first."""
        return self.method.sends

    @property
    def was_used(self) -> bool:
        """Whether it was used since it was set up; the code that linked it is no use."""
        if self.last_used_at is None:
            return False
        return self.linked_at is None or self.last_used_at > self.linked_at

    @property
    def age(self) -> str:
        """How long ago it was set up, in words and one unit."""
        return timesince(self.linked_at, depth=1) if self.linked_at else ""


class Button(NamedTuple):
    """A button of a step that the browser answers by itself."""

    value: str
    label: Text


@dataclass(frozen=True)
class Question:
    """What is asked once about a way that was never used, and where it is set up again."""

    title: Text
    text: Text
    url: str
    label: Text


@dataclass(frozen=True)
class Kept:
    """Something that a session took away which had proved too little, as the sign-in shows it."""

    name: str
    reported_at: datetime | None
    until: datetime | None  # what cannot take itself back from then on
    is_lost: bool  # called lost, else suspended


class UsedUp(NamedTuple):
    """What is said of an answer that signed somebody in and can never be given again."""

    text: Text
    is_last: bool


class VerifiedCode(Protocol):
    """A code that is right and not used up yet."""

    def consume(self) -> Proof:
        """Use it up in one conditional UPDATE; raises `AlreadySpent` for the loser of a race."""
        ...


class AuthMethod:
    """A method of proving who you are, besides the password.

    Everything that the site says or judges about a method is asked of it here.
    """

    slug: ClassVar[str]  # in URLs, rows, sessions and events: never changed
    label: ClassVar[Text]
    name: ClassVar[Text]  # in a list of what was used, without an article: "authenticator app"
    noun: ClassVar[Text] = ""  # as it stands after "with": "a code by e-mail"; else the label
    icon: ClassVar[str]
    heading: ClassVar[Text]
    strong: ClassVar[bool] = False
    sends: ClassVar[bool] = False
    asks: ClassVar[bool] = False  # whether a way that was never used is asked for, once
    one_by_one: ClassVar[bool] = False  # whether people tell its ways from each other by name
    is_typed: ClassVar[bool] = True  # whether a person types the answer, and not the browser
    is_kept_for_later: ClassVar[bool] = False  # a spare, with which no browser begins
    in_fours: ClassVar[bool] = False  # whether letters and digits are typed in groups of four
    reads_mailbox: ClassVar[bool] = False  # whether it proves that the mailbox is the person's
    digits: ClassVar[int | None] = settings.SENT_CODE_DIGITS
    longest: ClassVar[int] = 64  # characters of an answer
    template: ClassVar[str] = "accounts/sign_in_step.html"
    alone_template: ClassVar[str] = ""  # part of the sign-in page, if it needs no password
    shortcut: ClassVar[Text] = ""  # of a link beside the other steps of a sign-in, if it has one
    wrong: ClassVar[Text] = ""  # the refusal, where that of a code does not fit

    def factors(self, user: User, *, since: datetime | None = None) -> list[str]:
        """Name what a code may be of, as proofs do; with `since` only what is newer."""
        return []

    def ways(self, user: User) -> list[SignInOption]:
        """Return what this account has of this method; empty if it is not offered."""
        raise NotImplementedError

    def clean(self, typed: str) -> str:
        """Return the code in its plain form; raises `ValidationError`, which costs no try."""
        return digits_of(typed, settings.SENT_CODE_DIGITS)

    def match(self, verification: VerificationContext, code: str) -> VerifiedCode | None:
        """Find what the code belongs to, without using it up."""
        raise NotImplementedError

    def count_strong(self, user: User) -> int:
        """Count what proves a strong second step, now or once its hold ends."""
        return len(self.factors(user)) if self.strong else 0

    def erase(self, user: User) -> str:
        """Take all of it from somebody who begins again; say what went, to the operator.

        Call it in a transaction, with the person locked. Contacts stay: nothing to say.
        """
        return ""

    def hold(self) -> timedelta:
        """Return how long something waits that was added after a sign-in with this method."""
        hold: timedelta = settings.RECOVERY_HOLD
        return hold

    def named(self, options: Sequence[SignInOption], lost: Sequence[Possession] = ()) -> Text:
        """Name what an account has of it as it stands after "with"; `lost` is what is lost."""
        if not self.one_by_one:
            return self.noun or self.label
        things = {option.possession.key: option.possession for option in options}
        return listed(str(_("your %(name)s") % {"name": each.noun}) for each in things.values())

    def explanation(self, option: SignInOption) -> Text:
        """Say where the code is to be found."""
        raise NotImplementedError

    def send(self, verification: VerificationContext, target: str) -> SentCode:
        """Send a code to one of the ways; raises `NotYours` or `LimitReached`."""
        raise NotYours

    def options(self, verification: VerificationContext, among: str = "") -> dict[str, Any] | None:
        """Return the question that a browser answers by itself; None if people type the answer.

        `among` is the value of the button that was pressed, of those that `buttons` names.
        """
        return None

    def buttons(self, ways: Sequence["SignInOption"]) -> list[Button]:
        """Return the buttons that make a browser answer: one, unless it must be asked apart."""
        return []

    def sent(self, verification: VerificationContext) -> SentCode | None:
        """Return the code sent in this flow that can still be typed; None if none was."""
        return None

    def is_sent_to(self, sent: SentCode, option: SignInOption) -> bool:
        """Tell whether a code on its way went by this option."""
        return False

    def used_up(self, user: User) -> UsedUp | None:
        """Say what is left, after an answer that cannot be given again has signed somebody in."""
        return None

    def may_be_declined(self) -> bool:
        """Tell whether people can say that they never want it used."""
        return False

    def question(self, option: SignInOption) -> Question:
        """Ask whether a way that was never used still works."""
        raise NotImplementedError

    def note_asked(self, user: User, target: str) -> bool:
        """Write down that this way was asked for; False if it was before."""
        return False

    def kept(self, user: User) -> Sequence[Kept]:
        """Return what was taken away and can take itself back, by the password and its own code."""
        return ()


def letters_and_digits(typed: str) -> str:
    """Return a code without all that is neither: marks nobody sees, dashes, quotes, full stops.

    What is copied brings them along (U+200B, U+FEFF, U+2011 …). Letters and digits of any script
    stay, so that a code is never shortened to another one: who compares it refuses them.
    """
    return "".join(character for character in typed if character.isalnum())


def digits_of(typed: str, length: int) -> str:
    """Return exactly `length` ASCII digits, without what a mail, a chat or a page puts around them.

    Other alphabets of digits are refused, so that one code has one spelling.
    """
    code = letters_and_digits(typed)
    if len(code) != length or not (code.isascii() and code.isdigit()):
        message = _("The code has %(length)d digits. Check it and type it again.")
        raise ValidationError(message, code="format", params={"length": length})
    return code
