"""What a password must be: long, not common, not about the person (NIST SP 800-63B-4 3.1.1.2)."""

from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts.identity import email_key, fold, password_form
from accounts.models import User
from portal.words import gettext as _
from portal.words import ngettext

SHORTEST_PERSONAL_WORD = 4
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


class PersonalValidator:
    """Not made of the site's name, the person's name or address."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` naming the word that gives the password away."""
        folded = fold(password, settings.PASSWORD_MAX_BYTES)
        for word in self._words(user):
            rest = folded.replace(word, "")
            if word in folded and len(rest) < settings.PASSWORD_MIN_LENGTH_WITH_TWO_STEP:
                message = _("This password is mostly “%(word)s”, which is easy to guess.")
                raise ValidationError(message, code="personal", params={"word": word})

    @staticmethod
    def _words(user: Any) -> list[str]:
        address, name = getattr(user, "email", ""), getattr(user, "name", "")
        mailbox, _at, domain = address.partition("@")
        raw = [settings.PORTAL_NAME, address, mailbox, domain, name, *name.split()]
        words = {email_key(word) for word in raw}
        return sorted((w for w in words if len(w) >= SHORTEST_PERSONAL_WORD), key=len, reverse=True)

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
