"""What an app adds to a backup, in the ledger of what sessions add: it goes when the app goes."""

from typing import Any, Unpack

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.holds import bindings
from accounts.models import Binding, EventKind
from devices.backups import errors
from devices.models import Installation


def subject_of(installation: Installation) -> str:
    """Name the app as the ledger does."""
    return f"devices.installation:{installation.pk}"


def record(app: Installation, kind: EventKind, *, origin: Origin, **about: Unpack[Details]) -> None:
    """Write the event of what an app did; no session of the portal did it.

    "This was not me" in its notice takes back the link of the app, and what its session did else.
    """
    told = bindings.told(_link_of(app))
    details: Details = {"phone": app.name, **told, **about}
    events.record(app.user, kind, origin=origin, **details)


def _link_of(app: Installation) -> Binding | None:
    return app.user.bindings.revocable().filter(subject=subject_of(app)).last()


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
    Raises `Refused` while only a strong proof adds something. Call it with the person locked.
    """
    user, own, link = app.user, subject_of(app), _link_of(app)
    if link is None:
        return None
    held = link.held_until if is_asked else None
    ground = bindings.Ground(link.session, Strength(link.strength), (own,), held, link.undo_until)
    try:
        return bindings.note(user, kind, subject, ground=ground, name=app.name, restores=restores)
    except bindings.Frozen as error:
        raise errors.held(app.trusted_from) from error
