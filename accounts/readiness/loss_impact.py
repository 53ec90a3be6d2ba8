"""What losing something would mean: what goes with it, and what is left of the sign-in options."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.authentication.methods import SignInOption, Text
from accounts.authentication.proofs import Strength
from core.i18n import gettext as _
from core.i18n import listed, ngettext

ICONS_SHOWN = 5
DEVICES = ("authenticator", "passkey")


@dataclass(frozen=True)
class Loss:
    """Ways that are gone at once, and those that remain; `needs_way` is whether one is needed.

    `along` are the possessions that nobody named, and that are gone because they are in another.
    """

    gone: Sequence[SignInOption]
    remains: Sequence[SignInOption]
    needs_way: bool
    along: frozenset[str] = frozenset()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of things that are lost."""
        return frozenset(option.possession.kind for option in self.gone)

    @property
    def possessions(self) -> list[Text]:
        """The names of the things that are lost, each once."""
        return list(
            {option.possession.key: option.possession.name for option in self.gone}.values()
        )

    @property
    def is_lockout(self) -> bool:
        """Whether the password would have to be enough and is not."""
        return self.needs_way and not self.remains

    @property
    def strength(self) -> Strength:
        """What a sign-in proves with the best of what remains."""
        if not self.needs_way:
            return Strength.PASSWORD
        return max((option.strength for option in self.remains), default=Strength.NOTHING)

    @property
    def doubtful(self) -> list[SignInOption]:
        """Passkeys that may be kept on the very phone that is lost: nobody here can know."""
        if "phone" not in self.kinds:
            return []
        return [option for option in self.remains if option.possession.kind == "passkey"]

    @property
    def texts_too(self) -> list[SignInOption]:
        """Text messages that go with a phone."""
        return [option for option in self.gone if option.possession.key in self.along]

    @property
    def icons(self) -> list[str]:
        """One icon for each way that remains, as far as a small picture holds them."""
        return [option.icon for option in self.remains][:ICONS_SHOWN]

    @property
    def more(self) -> int:
        """How many ways have no icon there."""
        return max(0, len(self.remains) - ICONS_SHOWN)

    @property
    def short(self) -> str:
        """Say how much remains, in a few words."""
        left = count(self.remains)
        if not left:
            return _("no sign-in method remains")
        return ngettext(
            "%(left)d sign-in method remains", "%(left)d sign-in methods remain", left
        ) % {"left": left}

    @property
    def names(self) -> str:
        """Name what remains: "your Pixel 8, a code by e-mail or a recovery code"."""
        return names(self.remains, self.kinds)

    @property
    def sentence(self) -> str:
        """Say in a sentence what remains, by name."""
        this = _("this sheet") if self.kinds == {"paper"} else _("this")
        words = {"this": this, "short": self.short, "ways": self.names}
        if not self.needs_way:
            return _("If you lose %(this)s, your password alone still signs you in.") % words
        if not self.remains:
            none = _("If you lose %(this)s, no sign-in method remains.") % words
            return " ".join([none, *self.rides_along])
        return " ".join([_("If you lose %(this)s, %(short)s: %(ways)s.") % words, *self.doubt])

    @property
    def rides_along(self) -> list[str]:
        """Say that text messages are lost with the phone, which is a guess."""
        said = _("Text messages to %(number)s most likely arrive on the same phone.")
        return [said % {"number": option.possession.name} for option in self.texts_too]

    @property
    def doubt(self) -> list[str]:
        """Say of each passkey that may be on the lost phone that nobody here can know."""
        said = _("The passkey %(name)s remains only if it is not on the same phone.")
        return [said % {"name": option.possession.noun} for option in self.doubtful]


def names(ways: Sequence[SignInOption], lost: frozenset[str] = frozenset()) -> str:
    """Name options in a sentence, each kind once; `lost` are the kinds of things that are lost."""
    kinds: dict[str, list[SignInOption]] = {}
    for option in ways:
        kinds.setdefault(option.slug, []).append(option)
    said = [_name(same, lost) for same in kinds.values()]
    if len(said) < 2:
        return "".join(said)
    return _("%(first)s or %(last)s") % {"first": listed(said[:-1]), "last": said[-1]}


def count(ways: Sequence[SignInOption]) -> int:
    """Count ways as `names` names them: each device, and each kind of code once.

    Two addresses are one "code by e-mail": "3 sign-in options" before two names would puzzle.
    """
    sent = {option.slug for option in ways if option.slug not in DEVICES}
    devices = {option.possession.key for option in ways if option.slug in DEVICES}
    return len(sent) + len(devices)


def _name(same: list[SignInOption], lost: frozenset[str]) -> str:
    first, things = same[0], len({option.possession.key for option in same})
    if first.slug in DEVICES:
        return _name_of_device(first, things)
    words = {
        "email": _("a code to another address") if "mailbox" in lost else _("a code by e-mail"),
        "sms": _("a text message to another number") if "number" in lost else _("a text message"),
        "recovery-code": _("a recovery code"),
    }
    return words.get(first.slug, str(first.label))


def _name_of_device(first: SignInOption, things: int) -> str:
    if things == 1:
        is_phone = first.slug == "authenticator"
        one = _("your %(name)s") if is_phone else _("the passkey %(name)s")
        return one % {"name": first.possession.noun}
    if first.slug == "authenticator":
        return ngettext("%(count)d phone", "%(count)d phones", things) % {"count": things}
    return ngettext("%(count)d passkey", "%(count)d passkeys", things) % {"count": things}
