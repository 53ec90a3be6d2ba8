"""What a password must be: long, not common, not about the person (NIST SP 800-63B-4 3.1.1.2)."""

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts.contacts.normalization import email_key, fold, password_form
from accounts.models import User
from accounts.passwords import leaked, strength
from core.i18n import gettext as _
from core.i18n import gettext_lazy, listed, ngettext

SHORTEST_PERSONAL_WORD = 4
LEAST_GUESSES = 1e10  # of who tries what people take first (zxcvbn's score 4)
FIGURES = "0123456789!?.,;:-_*#@$%&+=()[]{} "
WALKS = (
    "012345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)


def is_hashable(password: str) -> bool:
    """Tell whether it is short enough to be hashed at all (1 KiB)."""
    return len(password.encode(errors="replace")) <= settings.PASSWORD_MAX_BYTES


def validate_hashable(password: str) -> None:
    """Refuse what is too long to be hashed, before anything else looks at it."""
    if not is_hashable(password):
        raise ValidationError(_("This password is too long."), code="password_too_long")


class LengthValidator:
    """At least 15 code points; at most 1 KiB."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise `ValidationError` with the reason."""
        least = settings.PASSWORD_MIN_LENGTH
        if len(password_form(password)) < least:
            raise ValidationError(self.get_help_text(), code="password_too_short")
        validate_hashable(password)

    def get_help_text(self) -> str:
        """Say the rule."""
        least = settings.PASSWORD_MIN_LENGTH
        return ngettext(
            "Use at least %(least)d character. A few words in a row are easy to remember.",
            "Use at least %(least)d characters. A few words in a row are easy to remember.",
            least,
        ) % {"least": least}


def words_about(user: Any) -> list[str]:
    """Return what a guesser knows of a person and the site, the longest first."""
    address, name = getattr(user, "email", ""), getattr(user, "name", "")
    mailbox, _at, domain = address.partition("@")
    raw = [
        settings.PORTAL_NAME,
        address,
        mailbox,
        domain,
        name,
        "".join(name.split()),
        *name.split(),
    ]
    words = {email_key(word) for word in raw}
    return sorted((w for w in words if len(w) >= SHORTEST_PERSONAL_WORD), key=len, reverse=True)


class PersonalValidator:
    """Not made of the site's name, the person's name or address."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` naming the word that gives the password away."""
        folded = fold(password, settings.PASSWORD_MAX_BYTES)
        for word in words_about(user):
            rest = folded.replace(word, "")
            if word in folded and len(rest) < settings.PASSWORD_MIN_LENGTH_WITH_TWO_STEP:
                message = _("This password is mostly “%(word)s”, which is easy to guess.")
                raise ValidationError(message, code="personal", params={"word": word})

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Not your name, your address or the name of this site.")


class CommonValidator(CommonPasswordValidator):
    """Not on the list of common and breached passwords, with figures around it or without."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` with the reason."""
        folded = password.strip().lower()
        for core in {folded, folded.strip(FIGURES)}:
            super().validate(core, user)


class SequenceValidator:
    """Not a walk along the alphabet, the figures or the keyboard, either way."""

    shortest_step = 4  # characters in a row that count as a walk

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` if less than half of it is something else."""
        folded = password.lower()
        pieces = range(len(folded) - self.shortest_step + 1)
        walked: set[int] = set()
        for start in pieces:
            piece = folded[start : start + self.shortest_step]
            if any(piece in walk or piece in walk[::-1] for walk in WALKS):
                walked.update(range(start, start + self.shortest_step))
        if len(walked) * 2 > len(password):
            message = _("This password is mostly a row of keys, which is easy to guess.")
            raise ValidationError(message, code="sequence")

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Not a row of figures, letters or keys.")


class RepetitionValidator:
    """Not one short piece over and over, nor a handful of different characters."""

    fewest_different = 5

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` with the reason."""
        again = (password + password).find(password, 1)
        if again < len(password) or len(set(password)) < self.fewest_different:
            message = _("This password repeats itself, which is easy to guess.")
            raise ValidationError(message, code="repetition")

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Not the same few characters over and over.")


class GuessesValidator:
    """Not one that is found soon by trying words, names, dates and walks as people join them."""

    pieces: dict[str, Any] = {  # in the order in which they are said
        "dictionary": gettext_lazy("words, names and passwords that many people use"),
        "repeat": gettext_lazy("repetitions"),
        "spatial": gettext_lazy("keys that lie side by side"),
        "sequence": gettext_lazy("letters or figures in a row"),
        "date": gettext_lazy("a date"),
        "regex": gettext_lazy("a year"),
    }

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` naming what it is made of."""
        typed = password_form(password)
        if len(typed) < settings.PASSWORD_MIN_LENGTH or not is_hashable(typed):
            return  # refused already, and not worth the work
        found = strength.reasons(typed, words_about(user), least=LEAST_GUESSES)
        if not found:
            return
        named = listed(str(words) for kind, words in self.pieces.items() if kind in found)
        message = _(
            "This password is easy to guess: it is made of %(pieces)s. Take a few words that have "
            "nothing to do with each other."
        )
        raise ValidationError(message, code="guessable", params={"pieces": named})

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Not a few common words, dates or names in a row.")


class LeakedValidator:
    """Not in the operator's file of leaked passwords."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` with the reason; nothing leaves the machine."""
        path = settings.LEAKED_PASSWORDS
        if path and is_hashable(password) and leaked.has(path, password_form(password)):
            message = _("This password has leaked from another site. Choose another one.")
            raise ValidationError(message, code="leaked")

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Not one that has leaked from another site.")


class CurrentValidator:
    """Not the one that it replaces."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError`; forms ask once they know that the person is the one."""
        kept = getattr(user, "password", "") if getattr(user, "pk", None) else ""
        if kept and is_hashable(password) and check_password(password_form(password), kept):
            message = _("This is your current password. Choose another one.")
            raise ValidationError(message, code="current")

    def get_help_text(self) -> str:
        """Say the rule."""
        return _("Not your current password.")
