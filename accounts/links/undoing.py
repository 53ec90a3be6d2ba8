"""What "This was not me" undoes besides what a session added: one act for a kind of event.

Each makes its notice's promise true, and does nothing if the thing has changed since.
"""

from collections.abc import Callable
from typing import cast

from accounts import organisations, staff
from accounts.activity.details import Details
from accounts.activity.origin import HOST
from accounts.models import CaseState, EventKind, RecoveryCase, Role, SecurityEvent, User
from accounts.recovery_cases import deciding, ending, organisation_word


def _forget_contact(user: User, event: SecurityEvent) -> None:
    """Take the recovery contact away at once: their word never counts."""
    user.recovery_contacts.filter(public_id=event.details.get("contact")).delete()


def _restore_contact(user: User, event: SecurityEvent) -> None:
    """Let the contact that was removed be one again, unless the address was asked once more."""
    contact = user.recovery_contacts.filter(public_id=event.details.get("contact")).first()
    if contact and not user.recovery_contacts.current().filter(key=contact.key).exists():
        user.recovery_contacts.filter(pk=contact.pk).update(removed_at=None)


def _withdraw_answer(user: User, event: SecurityEvent) -> None:
    """Take back what was said in the person's name; a case that stood on it ends."""
    cases = RecoveryCase.objects.open().select_related("user")
    case = cases.filter(public_id=event.details.get("case")).first()
    if case is None or case.user is None:
        return
    case.user.lock_for_update()
    case.answers.filter(contact__person=user).delete()
    case.refresh_from_db()
    if case.state == CaseState.APPROVED and not deciding.is_enough(case):
        ending.end(case, CaseState.DECLINED)


def _take_role_back(user: User, event: SecurityEvent) -> None:
    """Give the person the role of before, if they have the one that was given still."""
    given, before = (_role(event.details.get(name, "")) for name in ("role", "role_before"))
    if given is None or before is None:
        return
    rows = User.objects.select_for_update(no_key=True).filter(role=given)
    if person := rows.filter(public_id=event.details.get("account")).first():
        staff.set_role(person, before, origin=HOST)


def _undo_manager(user: User, event: SecurityEvent) -> None:
    """Let the member be a manager as before."""
    organisations.undo_manager(user, cast(Details, event.details))


def _undo_rules(user: User, event: SecurityEvent) -> None:
    """Let the rules of an organisation be as before; its name and contact are not kept."""
    organisations.undo_rules(user, cast(Details, event.details))


def _take_word_back(user: User, event: SecurityEvent) -> None:
    """Take back what was said for an organisation in the manager's name."""
    if case := event.details.get("case"):
        organisation_word.take_back(user, case)


def _role(name: str) -> Role | None:
    return Role.__members__.get(name.upper())


UNDO: dict[str, Callable[[User, SecurityEvent], None]] = {
    EventKind.RECOVERY_CONTACT_ASKED: _forget_contact,
    EventKind.RECOVERY_CONTACT_AGREED: _forget_contact,
    EventKind.RECOVERY_CONTACT_REMOVED: _restore_contact,
    EventKind.RECOVERY_CONTACT_ANSWERED: _withdraw_answer,
    EventKind.STAFF_GAVE_ROLE: _take_role_back,
    EventKind.ORGANISATION_SPOKE: _take_word_back,
    EventKind.STAFF_SET_MANAGER: _undo_manager,
    EventKind.ORGANISATION_CHANGED: _undo_rules,
}


OF_ORGANISATIONS = (EventKind.STAFF_SET_MANAGER, EventKind.ORGANISATION_CHANGED)


def undoes(user: User, event: SecurityEvent) -> bool:
    """Tell whether all that this event tells of would be undone, so that its page may promise it.

    Of an organisation the rules come back; its name and contact are not kept in full.
    """
    if event.kind in OF_ORGANISATIONS:
        return organisations.would_undo(user, cast(Details, event.details))
    return event.kind in UNDO


def undo(user: User, event: SecurityEvent) -> None:
    """Undo what this event tells of."""
    if act := UNDO.get(event.kind):
        act(user, event)
