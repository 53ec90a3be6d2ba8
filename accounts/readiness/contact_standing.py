"""Whether enough of somebody's recovery contacts count, for the overview."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import RecoveryContact, User


@dataclass(frozen=True)
class Standing:
    """Those who agreed: how many count now, and those who do not because of their own account."""

    counting: int
    unprotected: list[RecoveryContact]

    @property
    def needed(self) -> int:
        """How many are worth one of the two members of staff."""
        needed: int = settings.RECOVERY_CONTACTS_NEEDED
        return needed

    @property
    def is_enough(self) -> bool:
        """Whether they are worth one."""
        return self.counting >= self.needed


def of(user: User) -> Standing | None:
    """Read it in one statement; None for who never asked anybody, without one."""
    if not user.has_recovery_contact:
        return None
    rows = list(user.recovery_contacts.agreed().select_related("person").order_by("pk"))
    unprotected = [row for row in rows if row.is_unprotected]
    counting = {row.person_id for row in rows if not (row.is_new or row.is_unprotected)}
    return Standing(len(counting), unprotected) if rows else None
