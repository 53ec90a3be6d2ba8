"""`manage.py reseal`: put everything under the first of SEALING_KEYS."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model, QuerySet

from core.keys import key_check
from core.keys.crypto import CannotUnseal
from core.keys.sealed import SealedField, sealed_fields
from core.limits import counters
from core.models import KeyCheck
from devices import key_rotation


class Command(BaseCommand):
    """Works in batches, row by row; stop it and run it again as you like."""

    help = (
        "Seal every secret again under the first of SEALING_KEYS, and say what still depends on "
        "an older one. When it says that nothing does, you can remove the other keys."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size of a batch, and whether what is lost is given up."""
        parser.add_argument("--batch", type=int, default=500, help="rows read at once")
        parser.add_argument(
            "--accept-losses",
            action="store_true",
            help="start with these keys even if some values can no longer be opened",
        )

    def handle(self, *args: Any, batch: int, accept_losses: bool, **options: Any) -> None:
        """Report the counts; raises `CommandError` if a value cannot be opened."""
        fields = [field for field in sealed_fields() if field.model is not KeyCheck]
        lost = sum(self._each(field, max(batch, 1)) for field in fields)
        if lost and not accept_losses:
            raise CommandError(
                f"Could not open {lost}: is a key missing from SEALING_KEYS? Keep every key. "
                "If that key is lost for good, run `manage.py reseal --accept-losses`."
            )
        # Last of all: from here on the site starts without the other keys.
        key_check.renew()
        self._say_what_is_left()

    def _each(self, field: SealedField, size: int) -> int:
        rows = field.model._base_manager.filter(**{f"{field.attname}__isnull": False})
        seen = done = lost = 0
        for row in _in_batches(rows, size):
            seen += 1
            try:
                done += field.reseal(row)
            except CannotUnseal:
                lost += 1
                self.stderr.write(f"{field.holds}: row {row.pk} cannot be opened.")
        self.stdout.write(f"{field.holds}: {seen} checked, {done} sealed again, {lost} not opened.")
        return lost

    def _say_what_is_left(self) -> None:
        left = [*key_rotation.depending(), *counters.depending()]
        for line in left:
            self.stdout.write(line)
        self.stdout.write(
            "Keep the older keys until then; run this again afterwards."
            if left
            else "Nothing depends on a key other than the first: you can remove the others."
        )


def _in_batches(rows: QuerySet[Model], size: int) -> Iterator[Model]:
    """Walk along the primary key, so that no cursor or transaction stays open.

    A row that moves to another key may be met twice, and is looked at twice then.
    """
    last: Any = None
    while batch := list((rows if last is None else rows.filter(pk__gt=last)).order_by("pk")[:size]):
        yield from batch
        last = batch[-1].pk
