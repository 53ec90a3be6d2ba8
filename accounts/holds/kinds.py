"""What keeping and taking back means of contacts, recovery codes and the switch."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.contacts.taken import is_address_taken
from accounts.holds.bindings import HANDLERS, Handler
from accounts.holds.switched_off import end_what_counted
from accounts.models import Binding, EmailAddress, PhoneNumber, User
from core.i18n import gettext_lazy as _

ADDRESS, NUMBER, CODES, TWO_STEP = "address", "number", "codes", "two-step"
RECOVERY_CONTACT = "recovery-contact"
ADDRESS_REMOVED, NUMBER_REMOVED, PRIMARY = "address-removed", "number-removed", "primary"
# By what events call a contact (`Contact.subject`).
ADDED = {EmailAddress.subject: ADDRESS, PhoneNumber.subject: NUMBER}
REMOVED = {EmailAddress.subject: ADDRESS_REMOVED, PhoneNumber.subject: NUMBER_REMOVED}


def key_of(binding: Binding) -> int:
    """Return the key of the row that its subject names."""
    return int(binding.subject.rpartition(":")[2])


class Address(Handler):
    """An address that was added."""

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Delete it; one that is the only one left to sign in with stays."""
        row = user.email_addresses.filter(pk=key_of(binding)).first()
        if row is None:
            return
        others = user.email_addresses.verified().exclude(pk=row.pk).order_by("verified_at", "pk")
        if row.address == user.email:
            other = others.first()
            if other is None:
                return
            _sign_in_with(user, other.address)
        row.delete()


class Number(Handler):
    """A number that was added."""

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Delete it."""
        user.phone_numbers.filter(pk=key_of(binding)).delete()


class Codes(Handler):
    """A set of recovery codes that was made."""

    question = _(
        "If you keep these codes, your older codes stop working as soon as you type one of the new "
        "codes back. If you remove them, your older codes stay valid."
    )

    def keep(self, user: User, binding: Binding) -> None:
        """Let it replace the older set, once one of its codes was typed back."""
        key, sets = key_of(binding), user.recovery_code_sets
        kept = sets.filter(is_kept=True).exclude(pk=key)
        own = sets.filter(pk=key, ends_at__isnull=True)
        sets.filter(is_pending=True).exclude(pk=key).end()
        if kept.exists() and own.filter(confirmed_at__isnull=True).update(is_pending=True):
            kept.update(is_kept=False)
            return
        kept.end()
        sets.filter(ends_at__gt=timezone.now(), pk__lt=key).end()

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """End it; the older set is the one that lasts again."""
        sets = user.recovery_code_sets.filter(ends_at__isnull=True)
        sets.filter(pk=key_of(binding)).end()
        in_use = sets.filter(is_kept=False, is_pending=False)
        if in_use.exists() or sets.filter(is_kept=True).update(is_kept=False):
            return
        outliving = user.recovery_code_sets.filter(ends_at__gt=timezone.now()).order_by("-pk")
        if older := outliving.first():
            outliving.filter(pk=older.pk).update(ends_at=None)


class Asked(Handler):
    """A recovery contact that was asked."""

    adds = False

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Delete it, even if the contact has agreed: their word never counts."""
        user.recovery_contacts.filter(pk=key_of(binding)).delete()


class TwoStep(Handler):
    """Two-step verification that was switched on."""

    adds = False

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Switch it off, if it is still on since then, and free what the switch had put on hold.

        Else a thief's switch would leave the owner's own phone on hold, and the new password that
        the notice advises would remove it.
        """
        if user.two_step_since == parse_datetime(binding.restores["since"]):
            user.turn_two_step_off()
            end_what_counted(user)
        held = user.bindings.held().filter(pk__in=binding.restores.get("held", ()))
        for row in held:
            HANDLERS[row.kind].hold(user, row, timezone.now())
        Binding.objects.filter(pk__in=[row.pk for row in held]).update(held_until=None)


class AddressRemoved(Handler):
    """An address that was removed."""

    adds = False

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Write it again under its key, unless somebody else has confirmed it meanwhile."""
        _restore(EmailAddress(user=user, pk=key_of(binding)), binding, EmailAddress.subject)


class NumberRemoved(Handler):
    """A number that was removed."""

    adds = False

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Write it again under its key."""
        _restore(PhoneNumber(user=user, pk=key_of(binding)), binding, PhoneNumber.subject)


class Primary(Handler):
    """Another sign-in address."""

    adds = False

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Sign in with the one from before, if it is there."""
        before = binding.restores["before"]
        if user.email_addresses.verified().filter(address=before).exists():
            _sign_in_with(user, before)


def _restore(row: EmailAddress | PhoneNumber, binding: Binding, field: str) -> None:
    setattr(row, field, binding.restores[field])
    row.verified_at = parse_datetime(binding.restores["verified_at"])
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # added once more meanwhile, or somebody else's by now
        if not is_address_taken(error):
            raise


def _sign_in_with(user: User, address: str) -> None:
    try:
        with transaction.atomic():
            user.email = address
            user.save(update_fields=["email"])
    except IntegrityError as error:  # another account has it by now
        if not is_address_taken(error):
            raise
        user.refresh_from_db(fields=["email", "email_key"])


HANDLERS.update(
    {
        ADDRESS: Address(),
        NUMBER: Number(),
        CODES: Codes(),
        RECOVERY_CONTACT: Asked(),
        TWO_STEP: TwoStep(),
        ADDRESS_REMOVED: AddressRemoved(),
        NUMBER_REMOVED: NumberRemoved(),
        PRIMARY: Primary(),
    }
)
