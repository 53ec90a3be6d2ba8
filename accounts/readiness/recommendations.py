"""The next steps that would make an account safer to use."""

from dataclasses import dataclass

from accounts.authentication.factors.sent_code_methods import (
    EmailCodeMethod,
    SentCodeMethod,
    TextMessageMethod,
)
from accounts.authentication.proofs import Strength
from accounts.readiness.assessment import Readiness

FEW_CODES = 3
MOST_SUGGESTIONS = 3
SAFE_MAILBOXES, SAFE_NUMBERS = 2, 1


@dataclass(frozen=True)
class Suggestion:
    """One next step, and the page where it is taken.

    `templates/_parts/suggestion.html` has the words of each kind.
    """

    kind: str
    icon: str
    url_name: str


TURN_ON = Suggestion("turn_on", "shield-check", "accounts:two_step")
LINK_PHONE = Suggestion("link_phone", "smartphone", "devices:link_phone")
ANOTHER_PHONE = Suggestion("another_phone", "smartphone", "devices:link_phone")
PASSKEY = Suggestion("passkey", "key-round", "devices:add_passkey")
FIRST_CODES = Suggestion("first_codes", "file-text", "accounts:recovery_codes")
MORE_CODES = Suggestion("more_codes", "file-text", "accounts:recovery_codes")
PENDING_CODES = Suggestion("pending_codes", "file-text", "accounts:recovery_codes")
SAVE_CODES = Suggestion("save_codes", "file-text", "accounts:recovery_codes")
SECOND_ADDRESS = Suggestion("second_address", "mail", "accounts:add_address")
NUMBER = Suggestion("number", "message-circle", "accounts:add_number")

Wanted = list[tuple[bool, Suggestion]]


def suggestions(state: Readiness) -> list[Suggestion]:
    """Return at most three next steps, most useful first."""
    is_on, left = state.user.has_two_step, state.codes_left
    is_saved = left > FEW_CODES
    is_pending = state.are_codes_pending
    wanted: Wanted = [
        (not is_on, TURN_ON),
        (is_pending, PENDING_CODES),
        (is_on and not state.holders, LINK_PHONE),
        (is_on and not left, FIRST_CODES),
        (is_on and 0 < left <= FEW_CODES and not is_pending, MORE_CODES),
        (is_on and is_saved and not (is_pending or state.are_codes_proven), SAVE_CODES),
        (_wants(state, EmailCodeMethod(), SAFE_MAILBOXES), SECOND_ADDRESS),
        (_wants(state, TextMessageMethod(), SAFE_NUMBERS), NUMBER),
    ]
    return _chosen(wanted)


def against(state: Readiness) -> list[Suggestion]:
    """Return what to keep elsewhere, so that one bad day does not take every way in at once."""
    wanted: Wanted = [
        (not state.codes_left, FIRST_CODES),
        (True, PASSKEY),
        (_wants(state, EmailCodeMethod(), SAFE_MAILBOXES), SECOND_ADDRESS),
        (True, ANOTHER_PHONE),
    ]
    return _chosen(wanted)


def _wants(state: Readiness, step: SentCodeMethod, enough: int) -> bool:
    """Tell whether one more contact of this step would help, and may be added."""
    user, slug = state.user, step.slug
    is_never = slug in user.declined_steps or slug in (user.barred_steps or ())
    is_used = step.may_be_declined() and not is_never
    there = state.count(step.contact_type.possession_type)
    return _may_add_contacts(state) and is_used and there < enough


def _may_add_contacts(state: Readiness) -> bool:
    """Tell whether the person can prove what that takes; not while all they hold is on hold."""
    is_strong = any(option.strength >= Strength.TWO_STEP for option in state.ways)
    return is_strong or not state.user.has_two_step


def _chosen(wanted: Wanted) -> list[Suggestion]:
    return [suggestion for is_wanted, suggestion in wanted if is_wanted][:MOST_SUGGESTIONS]
