"""Links of a case that are signed texts: its page, for the person, and the stop, for the owner.

Both stand behind a `#`, which no log records, name the case, and work as long as it is there.
"""

from django.core import signing
from django.core.exceptions import ValidationError

from accounts.models import RecoveryCase

PAGE, STOP = "accounts.recovery-case", "accounts.recovery-case-stop"


def token_for(case_id: str, salt: str) -> str:
    """Return the token of one of the two links."""
    return signing.dumps(case_id, salt=salt, compress=True)


def find(token: str, salt: str) -> RecoveryCase | None:
    """Return the case that a link speaks of; None if the link is wrong, or the case is gone."""
    try:
        case_id = signing.loads(token, salt=salt)
        return RecoveryCase.objects.select_related("user").filter(public_id=case_id).first()
    except (signing.BadSignature, ValidationError):
        return None
