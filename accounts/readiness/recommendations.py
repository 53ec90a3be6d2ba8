"""The next steps that would make an account safer to use."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from accounts.authentication.factors.sent_code_methods import (
    EmailCodeMethod,
    SentCodeMethod,
    TextMessageMethod,
)
from accounts.authentication.proofs import Strength
from accounts.readiness.assessment import Readiness
from core.i18n import gettext as _

FEW_CODES = 3
MOST_SUGGESTIONS = 3
SAFE_MAILBOXES, SAFE_NUMBERS = 2, 1


@dataclass(frozen=True)
class Suggestion:
    """One next step."""

    icon: str
    title: str
    text: str
    url: str
    label: str


Wanted = list[tuple[bool, Callable[[], Suggestion]]]


def suggestions(state: Readiness) -> list[Suggestion]:
    """Return at most three next steps, most useful first."""
    is_on, left = state.user.has_two_step, state.codes_left
    is_saved = left > FEW_CODES
    is_pending = state.are_codes_pending
    wanted: Wanted = [
        (not is_on, _turn_on),
        (is_pending, _pending_codes),
        (is_on and not state.holders, _link_phone),
        (is_on and not left, _first_codes),
        (is_on and 0 < left <= FEW_CODES and not is_pending, _more_codes),
        (is_on and is_saved and not (is_pending or state.are_codes_proven), _save_codes),
        (_wants(state, EmailCodeMethod(), SAFE_MAILBOXES), _second_address),
        (_wants(state, TextMessageMethod(), SAFE_NUMBERS), _number),
    ]
    return _chosen(wanted)


def against(state: Readiness) -> list[Suggestion]:
    """Return what to keep elsewhere, so that one bad day does not take every way in at once."""
    wanted: Wanted = [
        (not state.codes_left, _first_codes),
        (True, _passkey),
        (_wants(state, EmailCodeMethod(), SAFE_MAILBOXES), _second_address),
        (True, _another_phone),
    ]
    return _chosen(wanted)


def _wants(state: Readiness, step: SentCodeMethod, enough: int) -> bool:
    """Tell whether one more contact of this step would help, and may be added."""
    is_used = step.may_be_declined() and step.slug not in state.user.declined_steps
    there = state.count(step.contact_type.possession_type)
    return _may_add_contacts(state) and is_used and there < enough


def _may_add_contacts(state: Readiness) -> bool:
    """Tell whether the person can prove what that takes; not while all they hold is on hold."""
    is_strong = any(option.strength >= Strength.TWO_STEP for option in state.ways)
    return is_strong or not state.user.has_two_step


def _chosen(wanted: Wanted) -> list[Suggestion]:
    return [suggest() for is_wanted, suggest in wanted if is_wanted][:MOST_SUGGESTIONS]


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
        _("Set up your phone"),
        _("A code from an authenticator app is stronger than one by e-mail."),
        reverse("devices:link_phone"),
        _("Set up a phone"),
    )


def _another_phone() -> Suggestion:
    return Suggestion(
        "smartphone",
        _("Set up another phone"),
        _("An old one in a drawer will do; it needs no SIM card."),
        reverse("devices:link_phone"),
        _("Set up a phone"),
    )


def _passkey() -> Suggestion:
    return Suggestion(
        "key-round",
        _("Add a passkey"),
        _("On a computer, or on a security key that you keep apart from your other devices."),
        reverse("devices:add_passkey"),
        _("Add a passkey"),
    )


def _first_codes() -> Suggestion:
    return Suggestion(
        "file-text",
        _("Make recovery codes"),
        _("On paper at home, they let you sign in even if you lose everything you carry."),
        reverse("accounts:recovery_codes"),
        _("Make codes"),
    )


def _more_codes() -> Suggestion:
    return Suggestion(
        "file-text",
        _("Make new recovery codes"),
        _("Only a few are left."),
        reverse("accounts:recovery_codes"),
        _("Make codes"),
    )


def _pending_codes() -> Suggestion:
    return Suggestion(
        "file-text",
        _("Finish or discard your new recovery codes"),
        _("You made new codes but haven’t confirmed them. Until then your older codes work too."),
        reverse("accounts:recovery_codes"),
        _("Finish"),
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
        _("Another way to get a code when you have your phone but not the app."),
        reverse("accounts:add_number"),
        _("Add number"),
    )
