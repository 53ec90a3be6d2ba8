"""The ways in, and what is left if the phone is lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.steps import ways_of
from accounts.ways import Way

FEW_CODES = 3
STRONG_CARRIERS = ("phone", "passkey", "synced")
MOST_SUGGESTIONS = 3
SAFE_MAILBOXES = 2


@dataclass(frozen=True)
class Verdict:
    """The first sentence of the overview; `tone` is ok, look or loss."""

    tone: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Suggestion:
    """One next step."""

    icon: str
    title: str
    text: str
    url: str
    label: str


class Group(NamedTuple):
    """Ways that hang on the same thing, and so are lost together."""

    carrier: str
    lost_together: bool
    ways: list[Way]


@dataclass(frozen=True)
class Readiness:
    """Everything the overview says about an account."""

    user: User
    ways: Sequence[Way]

    @property
    def codes_left(self) -> int:
        """Unused recovery codes."""
        return sum(way.left for way in self.ways)

    @property
    def are_codes_proven(self) -> bool:
        """Whether one of the codes was typed back."""
        return all(way.is_proven for way in self.ways)

    @property
    def phones(self) -> list[str]:
        """Carrier keys of the linked phones."""
        keys = [way.carrier.key for way in self.ways if way.carrier.kind == "phone"]
        return list(dict.fromkeys(keys))

    @property
    def holders(self) -> list[Way]:
        """The ways that prove most, those of phones first."""
        held = [way for way in self.ways if way.carrier.kind in STRONG_CARRIERS]
        return sorted(held, key=lambda way: way.carrier.kind != "phone")

    def without(self, keys: set[str]) -> list[Way]:
        """Return the ways that remain if these carriers are lost."""
        return [way for way in self.ways if self._carrier_key(way) not in keys]

    def _carrier_key(self, way: Way) -> str:
        """With one phone, text messages most likely arrive on it."""
        if way.carrier.kind == "number" and len(self.phones) == 1:
            return self.phones[0]
        return way.carrier.key

    @property
    def groups(self) -> list[Group]:
        """The ways by what they hang on, as the overview draws them."""
        grouped: dict[str, list[Way]] = {}
        for way in self.ways:
            grouped.setdefault(self._carrier_key(way), []).append(way)
        return [Group(_place(ways[0]), len(ways) > 1, ways) for ways in grouped.values()]

    @property
    def verdict(self) -> Verdict:
        """Judge the account in one sentence."""
        if not self.user.has_two_step:
            return Verdict(
                "look",
                _("Your password is all that protects your account"),
                _("Turn on two-step verification, so that a stolen password opens nothing."),
            )
        if not self.holders:
            return Verdict(
                "look",
                _("No phone is linked"),
                _("You still get in by %(ways)s. Link a phone to be well protected again.")
                % {"ways": names(self.ways)},
            )
        return self._with(self.holders[0])

    def _with(self, first: Way) -> Verdict:
        remaining = self.without({first.carrier.key})
        phone = str(first.carrier.name)
        if not remaining:
            is_phone = first.carrier.kind == "phone"
            lost = _("One lost phone would lock you out")
            return Verdict(
                "loss",
                lost if is_phone else _("One lost passkey would lock you out"),
                _("Everything hangs on %(phone)s. Add another way in.") % {"phone": phone},
            )
        sentence = ngettext(
            "If you lost your %(phone)s today, you would still have %(count)d way in: %(ways)s.",
            "If you lost your %(phone)s today, you would still have %(count)d ways in: %(ways)s.",
            len(remaining),
        ) % {"phone": phone, "count": len(remaining), "ways": names(remaining)}
        return Verdict("ok", _("Your account is well protected"), sentence)

    @property
    def suggestions(self) -> list[Suggestion]:
        """At most three next steps, most useful first."""
        return self._all_suggestions()[:MOST_SUGGESTIONS]

    def _count(self, carrier_kind: str) -> int:
        return sum(way.carrier.kind == carrier_kind for way in self.ways)

    def _all_suggestions(self) -> list[Suggestion]:
        is_on, is_saved = self.user.has_two_step, self.codes_left > FEW_CODES
        wanted: list[tuple[bool, Callable[[], Suggestion]]] = [
            (not is_on, _turn_on),
            (is_on and not self.holders, _link_phone),
            (is_on and not is_saved, _make_codes),
            (is_on and is_saved and not self.are_codes_proven, _save_codes),
            (self._count("mailbox") < SAFE_MAILBOXES, _second_address),
            (bool(settings.SMS_URL) and not self._count("number"), _number),
        ]
        return [suggest() for is_wanted, suggest in wanted if is_wanted]


def of(user: User) -> Readiness:
    """Look at the account's real set-up."""
    return Readiness(user, ways_of(user))


def names(ways: Sequence[Way]) -> str:
    """Name ways in a sentence, each kind once."""
    words = {
        "authenticator": _("another phone"),
        "passkey": _("a passkey"),
        "email": _("a code by e-mail"),
        "sms": _("a text message"),
        "recovery-code": _("a recovery code"),
    }
    said = list(dict.fromkeys(words.get(way.slug, str(way.label)) for way in ways))
    if len(said) < 2:
        return "".join(said)
    return _("%(first)s or %(last)s") % {"first": ", ".join(said[:-1]), "last": said[-1]}


def _place(way: Way) -> str:
    carrier = way.carrier
    return {
        "phone": _("On your %(name)s") % {"name": carrier.name},
        "passkey": _("In %(name)s") % {"name": carrier.name},
        "synced": _("In %(name)s") % {"name": carrier.name},
        "mailbox": _("In your mailbox"),
        "number": _("On your number"),
        "paper": _("On paper"),
    }.get(carrier.kind, str(carrier.name))


def _turn_on() -> Suggestion:
    return Suggestion(
        "shield-check",
        _("Turn on two-step verification"),
        _("Your phone and a sheet of codes, in about three minutes."),
        reverse("accounts:two_step"),
        _("Set it up"),
    )


def _link_phone() -> Suggestion:
    return Suggestion(
        "smartphone",
        _("Link your phone"),
        _("A code from an authenticator app is stronger than one by e-mail."),
        reverse("devices:link_phone"),
        _("Link a phone"),
    )


def _make_codes() -> Suggestion:
    return Suggestion(
        "file-text",
        _("Make new recovery codes"),
        _("Only a few are left."),
        reverse("accounts:recovery_codes"),
        _("Make codes"),
    )


def _save_codes() -> Suggestion:
    return Suggestion(
        "file-text",
        _("Save your recovery codes"),
        _("Type one back, to be sure you have them."),
        reverse("accounts:recovery_codes"),
        _("Save codes"),
    )


def _second_address() -> Suggestion:
    return Suggestion(
        "mail",
        _("Add a second e-mail address"),
        _("So that one closed mailbox cannot lock you out."),
        reverse("accounts:add_address"),
        _("Add address"),
    )


def _number() -> Suggestion:
    return Suggestion(
        "message-circle",
        _("Add a phone number"),
        _("One more way to get a code, when the phone is there but the app is not."),
        reverse("accounts:add_number"),
        _("Add number"),
    )
