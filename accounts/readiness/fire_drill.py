"""The way back in after a loss, step by step: what the site would do, without doing any of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.authentication.factors.possessions import Repair
from accounts.authentication.methods import SignInOption
from accounts.authentication.proofs import Strength
from accounts.readiness.assessment import Readiness
from accounts.readiness.loss_impact import Loss, names
from core.durations import in_words
from core.i18n import Text
from core.i18n import gettext as _
from core.templatetags.portal_ui import written


@dataclass(frozen=True)
class Thing:
    """Something that can be lost; `value` names it in the address of the page."""

    value: str
    icon: str
    name: str
    hint: Text
    is_lost: bool


@dataclass(frozen=True)
class Stage:
    """One step of the way back in; `ways` are those of which one is taken."""

    title: Text
    lines: Sequence[Text]
    ways: Sequence[SignInOption] = ()


def value_of(option: SignInOption) -> str:
    """Return how an address names what a way depends on."""
    return option.target or option.possession.kind


def chosen(state: Readiness, values: Sequence[str]) -> frozenset[str]:
    """Return the person's possessions that these values name; anything else is ignored."""
    return frozenset(option.possession.key for option in state.ways if value_of(option) in values)


def things(state: Readiness, lost: frozenset[str]) -> list[Thing]:
    """List what can be lost, each once."""
    firsts = {option.possession.key: option for option in reversed(state.ways)}
    along = state.together(state.phones)
    return [
        _thing(firsts[key], is_lost=key in lost, rides_along=key in along) for key in state.keys
    ]


def _thing(option: SignInOption, *, is_lost: bool, rides_along: bool) -> Thing:
    possession = option.possession
    hint = possession.describe(option.hint, rides_along=rides_along)
    return Thing(value_of(option), option.icon, str(possession.title), hint, is_lost)


def path(loss: Loss) -> list[Stage]:
    """Return the steps from the sign-in page to an account that is whole again."""
    if loss.is_lockout:
        return []
    if not loss.needs_way:
        off = _(
            "That’s all it takes: two-step verification is off, so anyone who knows "
            "your password gets in too."
        )
        return [Stage(_("Type your address and password"), [off])]
    first = Stage(_("Type your address and password"), [_("A borrowed computer will do.")])
    return [first, _second_step(loss), _session(loss), *_repairs(loss)]


def _second_step(loss: Loss) -> Stage:
    title = _("Take one of these as the second step")
    if any(option.method.strong for option in loss.gone):
        title = _("Choose “Sign in another way”, and take one of these")
    left = [option.possession.without_phone for option in loss.remains]
    care = [words for words in dict.fromkeys(left) if words and loss.has_phone]
    return Stage(title, [*loss.doubt, *care], loss.remains)


def _session(loss: Loss) -> Stage:
    strong = [option for option in loss.remains if option.strength >= Strength.TWO_STEP]
    weak = [option for option in loss.remains if option.strength < Strength.TWO_STEP]
    lines = []
    if strong:
        said = _("With %(ways)s, you can do everything right away.")
        lines.append(said % {"ways": names(strong, loss.possessions)})
    if weak:
        lines += _recovered(weak, loss)
    return Stage(_("You’re signed in"), lines)


def _recovered(weak: Sequence[SignInOption], loss: Loss) -> list[str]:
    at_once = _(
        "With %(ways)s, you can see everything, unlink a lost phone, link a new phone or add a "
        "passkey, and make new recovery codes."
    )
    waits = _(
        "You can’t turn off two-step verification, remove anything else, or "
        "change addresses or numbers until a phone or passkey is fully active."
    )
    full = _("%(name)s is fully active from %(date)s.")
    held = [
        full % {"name": option.possession.name, "date": written(option.counts_from)}
        for option in weak
        if option.counts_from
    ]
    return [at_once % {"ways": names(weak, loss.possessions)}, waits, _hold(weak), *held]


def _hold(weak: Sequence[SignInOption]) -> str:
    """Say how long what is linked then waits, by the very rule that will make it wait."""
    holds = [option.method.hold() for option in weak]
    longest = max(holds)
    if not longest:
        return _("What you link then is fully active at once.")
    sooner = [option for option, hold in zip(weak, holds, strict=True) if hold < longest]
    words = {"long": in_words(longest), "ways": names(sooner)}
    if not sooner:
        return _("What you link then is fully active after %(long)s.") % words
    said = _(
        "What you link then is fully active after %(long)s, or after %(short)s if "
        "you used %(ways)s."
    )
    return said % {**words, "short": in_words(min(holds))}


def _repairs(loss: Loss) -> list[Stage]:
    """Return what each lost thing asks for, once; a phone's first, recovery codes last."""
    is_strong, with_number = loss.strength >= Strength.TWO_STEP, bool(loss.texts_too)
    named = [each for each in loss.possessions if each.key not in loss.along]
    stages: list[Stage] = []
    for possession in sorted(named, key=lambda each: not each.is_phone):
        for repair in possession.repairs(is_strong=is_strong, with_number=with_number):
            stage = _stage(repair, is_strong=is_strong)
            if stage not in stages:  # two mailboxes are replaced in one step
                stages.append(stage)
    if any(possession.renews_codes for possession in loss.possessions):
        stages.append(_codes(is_strong=is_strong))
    return stages


def _stage(repair: Repair, *, is_strong: bool) -> Stage:
    later = _("You can do this once a phone or passkey is fully active.")
    waits = repair.waits and not is_strong
    return Stage(repair.title, [*repair.lines, later] if waits else repair.lines)


def _codes(*, is_strong: bool) -> Stage:
    older = _("The older ones stop working once you type one of the new ones.")
    if not is_strong:
        older = _("The older ones keep working until you choose which codes to keep.")
    return Stage(_("Make new recovery codes"), [older])
