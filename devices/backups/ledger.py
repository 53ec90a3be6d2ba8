"""What an app adds to a backup, in the ledger of what sessions add: it goes when the app goes."""

from typing import Any

from accounts import bindings
from accounts.models import Binding
from accounts.proofs import Strength
from devices.backups import refusals
from devices.models import Installation


def subject_of(installation: Installation) -> str:
    """Name the app as the ledger does."""
    return f"devices.installation:{installation.pk}"


def note(
    app: Installation,
    kind: str,
    subject: str,
    *,
    is_asked: bool = True,
    restores: dict[str, Any] | None = None,
) -> Binding | None:
    """Write down what an app added whose own link can still be taken back; nothing of another.

    It carries the hold of that link; with `is_asked` the next strong sign-in asks for it by itself.
    Raises `Refused` while only a strong proof adds something. Call it in the person's turn.
    """
    user, own = app.user, subject_of(app)
    link = user.bindings.revocable().filter(subject=own).last()
    if link is None:
        return None
    held = link.held_until if is_asked else None
    ground = bindings.Ground(link.session, Strength(link.strength), (own,), held, link.undo_until)
    try:
        return bindings.note(user, kind, subject, ground=ground, name=app.name, restores=restores)
    except bindings.Frozen as error:
        raise refusals.held(app.trusted_from) from error
