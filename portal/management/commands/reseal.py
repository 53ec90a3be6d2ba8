"""`manage.py reseal`: seal every secret anew under the first of SEALING_KEYS."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model, QuerySet

from accounts import recovery_codes
from accounts.models import RecoveryCodeSet
from devices.models import Authenticator
from portal.crypto import CannotUnseal, is_sealed_with_first_key

Row = TypeVar("Row", bound=Model)


class Command(BaseCommand):
    """Works in batches, row by row; stop it and run it again as you like."""

    help = (
        "Seal every secret anew under the first of SEALING_KEYS. When it says that nothing is "
        "left, the other keys can go."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size of a batch."""
        parser.add_argument("--batch", type=int, default=500, help="rows read at once")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        """Report the counts; raises `CommandError` if a value cannot be opened."""
        size = max(batch, 1)
        codes = RecoveryCodeSet.objects.filter(shown_sealed__isnull=False)
        lost = self._each("authenticator secrets", Authenticator.objects.all(), _reseal, size)
        lost += self._each("sheets of codes being shown", codes, recovery_codes.reseal, size)
        if lost:
            raise CommandError(f"{lost} could not be opened: is a key missing in SEALING_KEYS?")

    def _each(
        self, name: str, rows: QuerySet[Row], reseal: Callable[[Row], bool], size: int
    ) -> int:
        seen = done = lost = 0
        for row in _in_batches(rows, size):
            seen += 1
            try:
                done += reseal(row)
            except CannotUnseal:
                lost += 1
                self.stderr.write(f"{name}: row {row.pk} cannot be opened.")
        self.stdout.write(f"{name}: {seen} looked at, {done} sealed anew, {lost} not opened.")
        return lost


def _in_batches(rows: QuerySet[Row], size: int) -> Iterator[Row]:
    """Walk along the primary key, so that no cursor or transaction stays open."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:size]):
        yield from batch
        last = batch[-1].pk


def _reseal(authenticator: Authenticator) -> bool:
    """Seal one secret anew; a change that somebody else makes meanwhile is not overwritten."""
    before = bytes(authenticator.sealed_secret)
    if is_sealed_with_first_key(before):
        return False
    authenticator.secret = authenticator.secret
    rows = Authenticator.objects.filter(pk=authenticator.pk, sealed_secret=before)
    return rows.update(sealed_secret=authenticator.sealed_secret) == 1
