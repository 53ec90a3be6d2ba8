"""What keeping and taking back means of authenticators, passkeys and apps."""

from datetime import datetime

from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.holds.bindings import HANDLERS, Handler
from accounts.holds.kinds import key_of
from accounts.models import Binding, User
from devices.backups.access import slots
from devices.backups.apps import replacing, unlinking, wiping
from devices.backups.storage import vaults
from devices.factors.methods import AuthenticatorAppMethod
from devices.factors.passkey_method import PasskeyMethod
from devices.models import Authenticator, Installation, Passkey, RestoreGrant
from devices.phones import contest, linked_phones, sealing

AUTHENTICATOR, PASSKEY = AuthenticatorAppMethod.slug, PasskeyMethod.slug
WORK, APP = "work", "app"


class AuthenticatorKind(Handler):
    """The secret of the authenticator app on a phone."""

    def keep(self, user: User, binding: Binding) -> None:
        """Let its codes count fully."""
        now = timezone.now()
        rows = Authenticator.objects.filter(user=user, pk=key_of(binding), trusted_from__gt=now)
        rows.update(trusted_from=now)
        row = Authenticator.objects.filter(user=user, pk=key_of(binding)).first()
        if row and row.enrolment_id:
            Authenticator.objects.replaced().filter(enrolment=row.enrolment_id).delete()

    def hold(self, user: User, binding: Binding, until: datetime) -> bool:
        """Let its codes prove a recovery until then."""
        rows = Authenticator.objects.filter(user=user, pk=key_of(binding), enrolment=None)
        return bool(rows.update(trusted_from=until))

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Unlink the phone, with the app on it; the secret of an organisation goes by itself."""
        rows = Authenticator.objects.filter(user=user, pk=key_of(binding))
        row = rows.select_related("phone").first()
        if row and row.enrolment_id is None:
            row.phone.user = user
            linked_phones.take_off(row.phone)
        else:
            rows.erase()


class PasskeyKind(Handler):
    """A passkey."""

    def keep(self, user: User, binding: Binding) -> None:
        """Let it count fully."""
        now = timezone.now()
        user.passkeys.filter(pk=key_of(binding), trusted_from__gt=now).update(trusted_from=now)

    def hold(self, user: User, binding: Binding, until: datetime) -> bool:
        """Let it prove a recovery until then."""
        return bool(user.passkeys.filter(pk=key_of(binding)).update(trusted_from=until))

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Remove it."""
        Passkey.objects.filter(user=user, pk=key_of(binding)).delete()


class AppKind(Handler):
    """The app on a phone, which saves and reads backups and proves nothing."""

    def keep(self, user: User, binding: Binding) -> None:
        """Let it remove and switch off what it could not while it was held."""
        now = timezone.now()
        rows = Installation.objects.filter(user=user, pk=key_of(binding))
        RestoreGrant.objects.filter(installation__in=rows, trusted_from__gt=now).update(
            trusted_from=now
        )
        rows.filter(trusted_from__gt=now).update(trusted_from=now)
        for phone in user.phones.filter(installation__in=rows):
            replacing.unlink_replaced(phone)

    def hold(self, user: User, binding: Binding, until: datetime) -> bool:
        """Let it change nothing until then of what was there before it."""
        rows = Installation.objects.filter(user=user, pk=key_of(binding))
        return bool(rows.linked().update(trusted_from=until))

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Unlink the app, and give back the one it replaced; a phone without anything goes too."""
        rows = Installation.objects.filter(user=user, pk=key_of(binding))
        of_phone = list(user.phones.filter(installation__in=rows))
        unlinking.unlink(rows)
        for phone in of_phone:
            phone.user = user
            replacing.give_back(phone)
        empty = user.phones.filter(pk__in=[phone.pk for phone in of_phone])
        empty.filter(authenticators__isnull=True, installation__isnull=True).delete()


class SlotKind(Handler):
    """A way to open a backup, added by a phone that can itself be taken back."""

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Remove it; it can be brought back for `REMOVED_SLOTS_KEPT`."""
        slots.take_away(user, key_of(binding))


class BackupKind(Handler):
    """A backup, made by a phone that can itself be taken back."""

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Switch it off; it can be switched on again for `VAULT_GRACE`."""
        vaults.take_away(user, key_of(binding), binding.restores["frozen"])


class WipeOrdered(Handler):
    """An order to erase a phone, which locks first."""

    adds = False

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Call it off: what the phone locked opens again."""
        phones = Installation.objects.filter(user=user, commands=key_of(binding))
        wiping.call_off(user=user, installations=phones, origin=Origin(session=except_session))


class PhoneTakenAway(Handler):
    """A phone that a session called lost or suspended, without a strong proof."""

    adds = False

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Give it back; whose it is has to be decided."""
        phone = user.phones.filter(pk=key_of(binding)).first()
        if phone:
            phone.user = user
            contest.give_back(phone)


HANDLERS.update(
    {
        AUTHENTICATOR: AuthenticatorKind(),
        PASSKEY: PasskeyKind(),
        WORK: AuthenticatorKind(),
        APP: AppKind(),
        slots.SLOT: SlotKind(),
        wiping.ORDER: WipeOrdered(),
        vaults.BACKUP: BackupKind(),
        sealing.LOST: PhoneTakenAway(),
        sealing.SUSPENDED: PhoneTakenAway(),
    }
)
