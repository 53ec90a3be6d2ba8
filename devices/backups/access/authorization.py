"""Who may do what with backups, asked at the moment of the act."""

from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.holds import disputes
from accounts.models import User
from devices.backups import errors
from devices.models import Installation, RestoreGrant, Vault


def lock_for_update(installation: Installation, *, weakens: bool = False) -> Installation:
    """Lock the person and read the installation again; raises `Refused` if it may do nothing.

    The rows of backups come after the person's and the installations' in the order of locks: who
    took the turn is alone with all of them. What weakens a backup, or adds a way to open it, waits
    while the account is in dispute: raises `disputes.InDispute`.
    """
    user = (
        disputes.lock_for_update(installation.user)
        if weakens
        else installation.user.lock_for_update()
    )
    rows = Installation.objects.select_related("user", "phone")
    row = rows.filter(pk=installation.pk).first()
    if row is None or not user.is_active:
        raise errors.unknown_phone()
    if row.is_unlinked:
        raise errors.unlinked()
    if row.is_suspended:
        raise errors.suspended()
    return row


def lock_active_for_update(installation: Installation, *, weakens: bool = False) -> Installation:
    """The same, of the phone that saves; raises `Refused` if another one does."""
    row = lock_for_update(installation, weakens=weakens)
    if not row.is_active:
        raise errors.not_active_phone(active_of(row.user))
    return row


def active_of(user: User) -> Installation | None:
    """Return the person's phone that saves."""
    return user.installations.active().first()


def pending_grant(installation: Installation) -> RestoreGrant:
    """Return the grant that is or will be usable; raises `Refused` if there is none.

    It lets a phone learn what it takes to prove a key, and ask another phone for it, no more.
    """
    grants = installation.grants.all()
    usable = grants.usable().order_by("-expires_at").first()
    grant = usable or grants.pending().order_by("available_at").first()
    if grant is None:
        raise errors.grant_needed()
    return grant


def check_grant(installation: Installation, vault: Vault | None = None) -> RestoreGrant:
    """Return the grant that may be used now; raises `Refused` if there is none.

    One that still waits may be used for the vault whose key was proved under it.
    """
    grant = pending_grant(installation)
    if grant.is_usable or (vault is not None and is_proved(grant, vault)):
        return grant
    raise errors.grant_not_yet(grant.available_at)


def is_proved(grant: RestoreGrant, vault: Vault) -> bool:
    """Tell whether the phone proved, under this grant, to hold a key of the vault."""
    return grant.proofs.filter(vault=vault).exists()


def check_taker(installation: Installation, vault: Vault) -> RestoreGrant:
    """Return the grant by which the phone may take this vault over; raises `Refused`.

    Without the key it waits as long as everything that was bound in the same session.
    """
    grant = check_grant(installation, vault)
    if grant.trusted_from > timezone.now() and not is_proved(grant, vault):
        raise errors.held(grant.trusted_from)
    return grant


def check_reader(installation: Installation, vault: Vault) -> None:
    """Let the active phone and one with a grant read; raises `Refused`."""
    if not installation.is_active:
        check_grant(installation, vault)


def read_current(installation: Installation) -> Vault:
    """Return the person's vault as `current` does, to a phone that may read it.

    Raises `Refused`; without leave a phone does not even learn whether there is one.
    """
    if not installation.is_active:
        pending_grant(installation)
    row = current(installation.user)
    check_reader(installation, row)
    return row


def check_not_held(installation: Installation) -> None:
    """Let a phone destroy, with the key or without, only once its hold has ended.

    Raises `Refused`.
    """
    if installation.is_held:
        raise errors.held(installation.trusted_from)


def kept(user: User) -> list[Vault]:
    """Return the vaults whose time is not over."""
    is_kept = Q(state=Vault.State.ON) | Q(ends_at__gt=timezone.now())
    return list(user.vaults.filter(is_kept))


def vault(user: User, public_id: UUID) -> Vault:
    """Return one of them; raises `Refused`."""
    found = [row for row in kept(user) if row.public_id == public_id]
    if not found:
        raise errors.no_vault()
    return found[0]


def readable(installation: Installation, public_id: UUID) -> Vault:
    """Return one that the phone has permission to read; raises `Refused`."""
    pending_grant(installation)  # without leave nobody learns which vaults there are
    row = vault(installation.user, public_id)
    check_grant(installation, row)
    return row


def current(user: User) -> Vault:
    """Return the vault that is on, else the newest that is off; raises `Refused`."""
    found = [row for row in kept(user) if row.state != Vault.State.FROZEN]
    if not found:
        raise errors.no_vault()
    return max(found, key=lambda row: (row.state == Vault.State.ON, row.pk))


def on(user: User) -> Vault:
    """Return the vault that is on; raises `Refused`."""
    vault = current(user)
    if vault.state != Vault.State.ON:
        raise errors.backup_off(vault.ends_at)
    return vault
