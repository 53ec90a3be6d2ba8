"""The way back in after a loss, step by step: what the site would do, without doing any of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.authentication.methods import SignInOption, Text
from accounts.authentication.proofs import Proof, Strength, hold_for
from accounts.readiness.assessment import STRONG_POSSESSIONS, Readiness
from accounts.readiness.loss_impact import Loss, names
from core.i18n import gettext as _
from core.templatetags.portal_ui import span, written


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

    title: str
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
    name = option.possession.name
    where = _("%(number)s, most likely lost with your phone") % {"number": name}
    said, hint = {
        "phone": (name, _("Phone with the authenticator app")),
        "passkey": (name, _("Device or security key with this passkey")),
        "synced": (name, _("Account that syncs this passkey between your devices")),
        "mailbox": (_("Mailbox"), name),
        "number": (_("Phone number"), where if rides_along else name),
        "paper": (_("Sheet of recovery codes"), option.hint),
    }.get(option.possession.kind, (name, option.hint))
    return Thing(value_of(option), option.icon, str(said), hint, is_lost)


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
    if loss.kinds & set(STRONG_POSSESSIONS):
        title = _("Choose “Sign in another way”, and take one of these")
    lines = loss.doubt
    if "phone" in loss.kinds and any(option.slug == "email" for option in loss.remains):
        lines = [*lines, _("Make sure that you can open your mailbox without the phone.")]
    return Stage(title, lines, loss.remains)


def _session(loss: Loss) -> Stage:
    strong = [option for option in loss.remains if option.strength >= Strength.TWO_STEP]
    weak = [option for option in loss.remains if option.strength < Strength.TWO_STEP]
    lines = []
    if strong:
        said = _("With %(ways)s, you can do everything right away.")
        lines.append(said % {"ways": names(strong, loss.kinds)})
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
    return [at_once % {"ways": names(weak, loss.kinds)}, waits, _hold(weak), *held]


def _hold(weak: Sequence[SignInOption]) -> str:
    """Say how long what is linked then waits, by the very rule that will make it wait."""
    holds = [hold_for([Proof.now(option.slug, Strength.RECOVERED)]) for option in weak]
    longest = max(holds)
    if not longest:
        return _("What you link then is fully active at once.")
    sooner = [option for option, hold in zip(weak, holds, strict=True) if hold < longest]
    words = {"long": span(longest), "ways": names(sooner)}
    if not sooner:
        return _("What you link then is fully active after %(long)s.") % words
    said = _(
        "What you link then is fully active after %(long)s, or after %(short)s if "
        "you used %(ways)s."
    )
    return said % {**words, "short": span(min(holds))}


def _repairs(loss: Loss) -> list[Stage]:
    is_strong = loss.strength >= Strength.TWO_STEP
    later = [] if is_strong else [_("You can do this once a phone or passkey is fully active.")]
    stages = [*_phone(loss, is_strong=is_strong)] if "phone" in loss.kinds else []
    if loss.kinds & {"passkey", "synced"}:
        devices = _("On the Devices page, for each passkey that is gone.")
        stages.append(Stage(_("Remove the lost passkey"), [devices, *later]))
    if "mailbox" in loss.kinds:
        contact = _("On the Contact and password page: add one you can open, then remove the old.")
        stages.append(Stage(_("Replace the e-mail address"), [contact, *later]))
    if any(
        option.possession.kind == "number" and option not in loss.texts_too for option in loss.gone
    ):
        contact = _("On the Contact and password page, so nobody else receives your codes.")
        stages.append(Stage(_("Remove the number"), [contact, *later]))
    if loss.kinds & {"phone", "paper"}:
        stages.append(_codes(is_strong=is_strong))
    return stages


def _phone(loss: Loss, *, is_strong: bool) -> list[Stage]:
    where = _("The site asks where your phone is: answer that it is lost.")
    if is_strong:
        where = _("On the Devices page, choose “I lost this phone”.")
    done = _(
        "Its codes stop working, we sign out your other browsers, and two-step "
        "verification stays on."
    )
    elsewhere = _("Lock or erase it from afar, and let your provider block the SIM card.")
    link = [
        _("Scan a QR code as soon as you have it. Until then, your other sign-in methods work.")
    ]
    if loss.texts_too:
        link.append(_("A new SIM card with the same number brings the text messages back."))
    unlink = Stage(_("Unlink the lost phone"), [where, done, elsewhere])
    return [unlink, Stage(_("Set up your new phone"), link)]


def _codes(*, is_strong: bool) -> Stage:
    older = _("The older ones stop working once you type one of the new ones.")
    if not is_strong:
        older = _("The older ones keep working until you choose which codes to keep.")
    return Stage(_("Make new recovery codes"), [older])
