"""What a second step is: its sign-in options for an account, and what these depend on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.timesince import timesince

from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.sent_codes import NotYours
from accounts.models import SentCode, User
from core.http import RequestOrigin
from core.i18n import gettext_lazy as _

Text = str | Promise
_OF_PASSKEYS = re.compile(r"^passkey (of|van) ", re.IGNORECASE)
NAMED_TWICE = {
    "phone": re.compile(r"^(my|mijn) ", re.IGNORECASE),
    "passkey": _OF_PASSKEYS,
    "synced": _OF_PASSKEYS,
}


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
class Possession:
    """What a way depends on, and so what it is lost with: phone, mailbox, number or paper."""

    kind: str
    key: str
    name: Text

    @property
    def noun(self) -> Text:
        """The name as it stands after "your" or "the passkey": "your My phone" is no English.

        The site itself once offered "My phone" and "Passkey of Chrome", in both languages.
        """
        if self.kind not in NAMED_TWICE:
            return self.name
        return NAMED_TWICE[self.kind].sub("", str(self.name)) or self.name


@dataclass(frozen=True)
class SignInOption:
    """One way in that an account really has; a tile of the picker."""

    slug: str
    target: str
    label: Text
    hint: Text
    icon: str
    possession: Possession
    strength: Strength
    sends: bool = False
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


class VerifiedCode(Protocol):
    """A code that is right and not used up yet."""

    def consume(self) -> Proof:
        """Use it up in one conditional UPDATE; raises `AlreadySpent` for the loser of a race."""
        ...


class AuthMethod:
    """A method of proving who you are, besides the password."""

    slug: ClassVar[str]
    label: ClassVar[Text]
    icon: ClassVar[str]
    heading: ClassVar[Text]
    strong: ClassVar[bool] = False
    sends: ClassVar[bool] = False
    asks: ClassVar[bool] = False  # whether a way that was never used is asked for, once
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
