"""What losing something would mean: what goes with it, and what is left of the sign-in options."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.authentication.factors.possessions import Doubt, Possession
from accounts.authentication.methods import SignInOption
from accounts.authentication.proofs import Strength
from core.i18n import gettext as _
from core.i18n import listed, ngettext

ICONS_SHOWN = 5


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
    def possessions(self) -> list[Possession]:
        """The things that are lost, each once."""
        return list({option.possession.key: option.possession for option in self.gone}.values())

    @property
    def has_phone(self) -> bool:
        """Whether a phone is among them."""
        return any(possession.is_phone for possession in self.possessions)

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
        """What may be kept on the very phone that is lost: nobody here can know."""
        if not self.has_phone:
            return []
        return [option for option in self.remains if option.possession.doubt]

    @property
    def doubts(self) -> list[Doubt]:
        """What is to be said of each of these."""
        return [doubt for option in self.doubtful if (doubt := option.possession.doubt)]

    @property
    def texts_too(self) -> list[SignInOption]:
        """What goes with a phone that was named, such as text messages."""
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
    def left(self) -> int:
        """How many ways remain, counted as they are named."""
        return count(self.remains)

    @property
    def short(self) -> str:
        """Say how much remains, in a few words."""
        left = self.left
        if not left:
            return _("no sign-in method remains")
        return ngettext(
            "%(left)d sign-in method remains", "%(left)d sign-in methods remain", left
        ) % {"left": left}

    @property
    def names(self) -> str:
        """Name what remains: "your Pixel 8, a code by e-mail or a recovery code"."""
        return names(self.remains, self.possessions)

    @property
    def sentence(self) -> str:
        """Say in a sentence what remains, by name."""
        pronouns = {str(each.pronoun) for each in self.possessions}
        this = pronouns.pop() if len(pronouns) == 1 else Possession.pronoun
        words = {"this": this, "short": self.short, "ways": self.names}
        if not self.needs_way:
            return _("If you lose %(this)s, your password alone still signs you in.") % words
        if not self.remains:
            none = _("If you lose %(this)s, no sign-in method remains.") % words
            return " ".join([none, *self.rides_along])
        return " ".join([_("If you lose %(this)s, %(short)s: %(ways)s.") % words, *self.doubt])

    @property
    def rides_along(self) -> list[str]:
        """Say what is lost with the phone, which is a guess."""
        return [str(option.possession.with_phone) for option in self.texts_too]

    @property
    def doubt(self) -> list[str]:
        """Say of each thing that may be on the lost phone that nobody here can know."""
        return [str(doubt.sentence) for doubt in self.doubts]


def names(ways: Sequence[SignInOption], lost: Sequence[Possession] = ()) -> str:
    """Name options in a sentence, those of a method together; `lost` is what is lost."""
    methods: dict[str, list[SignInOption]] = {}
    for option in ways:
        methods.setdefault(option.slug, []).append(option)
    said = [str(same[0].method.named(same, lost)) for same in methods.values()]
    if len(said) < 2:
        return "".join(said)
    return _("%(first)s or %(last)s") % {"first": listed(said[:-1]), "last": said[-1]}


def count(ways: Sequence[SignInOption]) -> int:
    """Count ways as `names` names them: each device, and each kind of code once.

    Two addresses are one "code by e-mail": "3 sign-in options" before two names would puzzle.
    """
    named = {option.possession.key if option.method.one_by_one else option.slug for option in ways}
    return len(named)
