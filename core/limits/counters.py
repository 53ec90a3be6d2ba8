"""How often something may happen, and how long to wait after failures.

Every try is reserved in one statement of its own, before the secret is looked at, so that parallel
tries cannot slip past (NIST SP 800-63B-4 3.2.2, ASVS 5.0 6.3.1). The rows outlive any roll-back:
call these functions outside a transaction.
"""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, TypeVar

from django.conf import settings
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.utils import timezone

from core.batches import delete_in_batches
from core.keys.crypto import keyed_digests, seal
from core.keys.sealed import SealedField, context_of

Row = tuple[int, ...] | None
R = TypeVar("R", bound=HttpResponse)


class LimitReached(Exception):
    """Too many tries; `wait` says how long until the next one counts."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("too many tries")
        self.wait = max(wait, timedelta(seconds=1))

    @property
    def seconds(self) -> int:
        """Whole seconds to wait, rounded up; the value of `Retry-After`."""
        return math.ceil(self.wait.total_seconds())

    def mark(self, response: R) -> R:
        """Make an answer the one to too many tries: 429, with `Retry-After` (RFC 6585 4)."""
        response.status_code = 429
        response["Retry-After"] = str(self.seconds)
        return response


class FactorDisabled(Exception):
    """So many failures in a row that this factor counts no more until it is set up again."""


class Counted(models.Model):
    """A row under a keyed digest, so that the table names nobody, and sealed what that is of.

    A rotation of the sealing keys moves the row: nothing that was counted is forgotten.
    """

    key = models.CharField(max_length=64, primary_key=True)
    sealed_parts = SealedField(null=True, holds="counts of tries")

    purpose: ClassVar[str]
    added_up: ClassVar[tuple[str, ...]]
    latest: ClassVar[tuple[str, ...]]

    class Meta:
        abstract = True

    @classmethod
    def keys_of(cls, *parts: str) -> list[str]:
        """Return the digest under each sealing key, the first one's first."""
        return keyed_digests(cls.purpose, *parts)

    @classmethod
    def sealed(cls, *parts: str) -> bytes:
        """Return the parts as the row keeps them."""
        return seal(json.dumps(parts).encode(), context=context_of(cls()))

    @classmethod
    def carry_over(cls, *parts: str) -> str:
        """Return the key under which to count, where older ones no longer stand in its way."""
        key, *older = cls.keys_of(*parts)
        for each in older:
            if cls._default_manager.filter(key=each).exists():
                cls._move(each, key, cls.sealed(*parts))
        return key

    @classmethod
    def _move(cls, older: str, key: str, sealed: bytes) -> bool:
        """Add up what two keys counted: during a rotation, processes with either ring do."""
        rows = cls._default_manager
        with transaction.atomic():
            before = rows.select_for_update().filter(key=older).first()
            if before is None or not rows.filter(key=older).delete()[0]:
                return False
            values = {name: getattr(before, name) for name in (*cls.added_up, *cls.latest)}
            new = {**values, "sealed_parts": sealed}
            row, is_new = rows.select_for_update().get_or_create(key=key, defaults=new)
            if not is_new:
                sums = {name: models.F(name) + values[name] for name in cls.added_up}
                latest = {name: max(getattr(row, name), values[name]) for name in cls.latest}
                rows.filter(key=key).update(**sums, **latest)
        return True

    def reseal(self, plain: bytes) -> bool:
        """Count under the first sealing key from now on; False if that was so already."""
        parts = json.loads(plain)
        key = self.keys_of(*parts)[0]
        return key != self.key and self._move(self.key, key, self.sealed(*parts))


class RateWindow(Counted):
    """How often a thing happened in the window that began with its first occurrence."""

    count = models.PositiveIntegerField()
    ends_ms = models.BigIntegerField(db_index=True)

    purpose, added_up, latest = "rate", ("count",), ("ends_ms",)


class FailureCount(Counted):
    """Failures in a row of one factor of one person, and until when the next try must wait."""

    failures = models.PositiveIntegerField()
    blocked_until_ms = models.BigIntegerField(default=0)
    touched_ms = models.BigIntegerField(db_index=True)

    purpose, added_up = "budget", ("failures",)
    latest = ("blocked_until_ms", "touched_ms")


def _now_ms() -> int:
    return int(timezone.now().timestamp() * 1000)


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def _row(sql: str, parameters: list[str | int | bytes]) -> Row:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
        return None if row is None else tuple(int(value) for value in row)


_TAKE = """
INSERT INTO portal_ratewindow AS w (key, count, ends_ms, sealed_parts) VALUES (%s, 1, %s, %s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN w.ends_ms <= %s THEN 1 ELSE w.count + 1 END,
    ends_ms = CASE WHEN w.ends_ms <= %s THEN excluded.ends_ms ELSE w.ends_ms END,
    sealed_parts = excluded.sealed_parts
WHERE w.ends_ms <= %s OR w.count < %s
RETURNING count
"""


@dataclass(frozen=True)
class Rate:
    """At most `limit` occurrences per `period` for each key."""

    name: str
    limit: int
    period: timedelta

    def take(self, key: str) -> None:
        """Count one occurrence; raises `LimitReached` if there is none left."""
        now, digest = _now_ms(), RateWindow.carry_over(self.name, key)
        ends, sealed = now + _ms(self.period), RateWindow.sealed(self.name, key)
        values: list[str | int | bytes] = [digest, ends, sealed, now, now, now, self.limit]
        if self.limit <= 0 or _row(_TAKE, values) is None:
            raise LimitReached(self._wait(digest, now))

    def give_back(self, key: str) -> None:
        """Uncount one occurrence that turned out to be harmless."""
        row = RateWindow.objects.filter(key=RateWindow.keys_of(self.name, key)[0], count__gt=0)
        row.update(count=models.F("count") - 1)

    def _wait(self, digest: str, now: int) -> timedelta:
        ends = RateWindow.objects.filter(key=digest).values_list("ends_ms", flat=True).first()
        return timedelta(milliseconds=(ends - now) if ends else _ms(self.period))


def wait_after(failures: int) -> timedelta:
    """Return the wait that follows the nth failure in a row: none, 30 s, doubling to 1 h."""
    over = failures - settings.FAILURES_BEFORE_WAIT
    if over < 0:
        return timedelta(0)
    doubled: timedelta = settings.FAILURE_WAIT * 2 ** min(over, 30)
    return min(doubled, settings.FAILURE_WAIT_MOST)


def _waits_sql(now: int) -> str:
    """SQL for `now + wait_after(failures + 1)`; both databases lack a common `least()`."""
    first, cases = settings.FAILURES_BEFORE_WAIT, []
    for failures in range(1, settings.FAILURES_BEFORE_OFF + 1):
        wait = wait_after(failures)
        if failures >= first:
            cases.append(f"WHEN f.failures + 1 = {failures} THEN {now + _ms(wait)}")
        if wait >= settings.FAILURE_WAIT_MOST:
            break
    return f"CASE WHEN f.failures + 1 < {first} THEN 0 {' '.join(cases)} ELSE %s END"


@dataclass(frozen=True)
class Budget:
    """The failures in a row that one factor of one subject may have."""

    subject: str
    factor: str

    def reserve(self) -> int:
        """Count a try as failed before it is judged, and return the failures so far with it.

        Raises `LimitReached` while the wait lasts, `FactorDisabled` after too many in a row.
        """
        parts = (self.subject, self.factor)
        now, key, sealed = _now_ms(), FailureCount.carry_over(*parts), FailureCount.sealed(*parts)
        first_wait = _ms(wait_after(1))
        wait = now + first_wait if first_wait else 0
        parameters: list[str | int | bytes] = [key, wait, now, sealed]
        parameters += [now + _ms(settings.FAILURE_WAIT_MOST), now, settings.FAILURES_BEFORE_OFF]
        row = _row(self._reserve_sql(now), parameters)
        if row is None:
            self._refuse(now)
            raise LimitReached(timedelta(seconds=1))
        return row[0]

    @staticmethod
    def _reserve_sql(now: int) -> str:
        # Only integers computed here are formatted in; everything else is a parameter.
        return f"""
            INSERT INTO portal_failurecount AS f
                (key, failures, blocked_until_ms, touched_ms, sealed_parts)
            VALUES (%s, 1, %s, %s, %s)
            ON CONFLICT (key) DO UPDATE SET
                failures = f.failures + 1,
                blocked_until_ms = {_waits_sql(now)},
                touched_ms = excluded.touched_ms,
                sealed_parts = excluded.sealed_parts
            WHERE f.blocked_until_ms <= %s AND f.failures < %s
            RETURNING failures
        """  # noqa: S608 - see above

    def _refuse(self, now: int) -> None:
        row = FailureCount.objects.filter(key=self.key).first()
        if row and row.failures >= settings.FAILURES_BEFORE_OFF:
            raise FactorDisabled
        if row and row.blocked_until_ms > now:
            raise LimitReached(timedelta(milliseconds=row.blocked_until_ms - now))

    def give_back(self) -> None:
        """Uncount a try that could not be judged; it was let through, so nobody had to wait."""
        rows = FailureCount.objects.filter(key=self.key, failures__gt=0)
        rows.update(failures=models.F("failures") - 1, blocked_until_ms=0)

    def clear(self) -> None:
        """Forget the failures, after a success."""
        rows = FailureCount.objects.filter(key__in=FailureCount.keys_of(self.subject, self.factor))
        rows.update(failures=0, blocked_until_ms=0)

    @property
    def failures(self) -> int:
        """Failures in a row so far."""
        rows = FailureCount.objects.filter(key__in=FailureCount.keys_of(self.subject, self.factor))
        return sum(rows.values_list("failures", flat=True))

    @property
    def last_touched(self) -> datetime:
        """When the last try was counted."""
        row = FailureCount.objects.filter(key=self.key).first()
        return datetime.fromtimestamp((row.touched_ms if row else 0) / 1000, tz=UTC)

    @property
    def key(self) -> str:
        """Digest under which the row is kept."""
        return FailureCount.keys_of(self.subject, self.factor)[0]


def depending() -> list[str]:
    """Say which counts `reseal` cannot move: those made before their keys were sealed beside."""
    now, unknown = _now_ms(), {"sealed_parts__isnull": True}
    count = FailureCount.objects.filter(failures__gt=0, **unknown).count()
    count += RateWindow.objects.filter(ends_ms__gt=now, **unknown).count()
    return [f"{count} counts of tries move when they are next used."] if count else []


def delete_expired() -> None:
    """Delete windows that ended and failures that were last touched over 30 days ago."""
    now = _now_ms()
    delete_in_batches(RateWindow.objects.filter(ends_ms__lt=now))
    month_ago = now - _ms(timedelta(days=30))
    stale = FailureCount.objects.filter(touched_ms__lt=month_ago)
    delete_in_batches(stale.filter(failures__lt=settings.FAILURES_BEFORE_OFF))
