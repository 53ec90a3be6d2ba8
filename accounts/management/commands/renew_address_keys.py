"""`manage.py renew_address_keys`: compare all addresses again; name accounts of one mailbox."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Model, QuerySet

from accounts.models import EmailAddress, User
from core.addresses import in_letters, key_of

COLLISION = """{table}: {address} (row {pk}) reaches the same mailbox as row {taken}.
It was left as it is, and only row {taken} signs in with it: give one of them another address."""


class Command(BaseCommand):
    """Writes each address in letters, and the key by which it is compared.

    Needed when what counts as one mailbox has changed, as with a newer table of domain names. Only
    the operator can tell whose an address of two accounts is, so both stay as they are.
    """

    help = (
        "Compare all e-mail addresses again, and name those of two accounts that are one mailbox."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Renew the addresses that people sign in with, then all confirmed and added ones."""
        users = User.objects.all()
        for pk, address, key in users.values_list("pk", "email", "email_key").iterator():
            self._renew(users.exclude(pk=pk), pk, ("email", address), ("email_key", key))
        addresses = EmailAddress.objects.all()
        verified = addresses.filter(verified_at__isnull=False)
        rows = addresses.values_list("pk", "address", "key", "user_id", "verified_at")
        for pk, address, key, user_id, verified_at in rows.iterator():
            own = addresses.filter(user_id=user_id)
            others = (own | verified if verified_at else own).exclude(pk=pk)
            self._renew(others, pk, ("address", address), ("key", key))

    def _renew(
        self, others: QuerySet[Any], pk: int, written: tuple[str, str], key: tuple[str, str]
    ) -> None:
        """Write one row's address and key, unless another row has that key."""
        fresh = {written[0]: in_letters(written[1]), key[0]: key_of(written[1])}
        if (fresh[written[0]], fresh[key[0]]) == (written[1], key[1]):
            return
        model: type[Model] = others.model
        taken = others.filter(**{key[0]: fresh[key[0]]}).values_list("pk", flat=True).first()
        if taken is None:
            model._default_manager.filter(pk=pk).update(**fresh)
            return
        table = model._meta.db_table
        self.stdout.write(COLLISION.format(table=table, address=written[1], pk=pk, taken=taken))
