"""Which versions are kept: the newest, one a day, one a week, pinned ones; never none."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils import timezone

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.models import EventKind, User
from devices.backups import errors
from devices.models import Installation, Vault, VaultVersion


@dataclass(frozen=True, order=True)
class Saved:
    """What the rules look at in a version."""

    number: int
    saved_at: datetime
    pinned_until: datetime | None = None
    pk: int = 0
    size: int = 0
    phone: int | None = None  # that saved it

    def is_pinned(self, now: datetime) -> bool:
        return self.pinned_until is not None and self.pinned_until > now


def too_old(versions: Iterable[Saved], now: datetime) -> list[Saved]:
    """Return those that no rule keeps."""
    newest_first = sorted(versions, reverse=True)
    kept = {each.number for each in newest_first if each.is_pinned(now)}
    kept |= {each.number for each in newest_first[: settings.VAULT_NEWEST]}
    kept |= _newest_of_each(newest_first, now - timedelta(days=settings.VAULT_DAYS), _day)
    kept |= _newest_of_each(newest_first, now - timedelta(weeks=settings.VAULT_WEEKS), _week)
    return [each for each in newest_first if each.number not in kept]


def _newest_of_each(
    newest_first: list[Saved], since: datetime, span: Callable[[Saved], Hashable]
) -> set[int]:
    found: dict[Hashable, int] = {}
    for each in newest_first:
        if each.saved_at >= since:
            found.setdefault(span(each), each.number)
    return set(found.values())


def _day(saved: Saved) -> Hashable:
    return saved.saved_at.date()


def _week(saved: Saved) -> Hashable:
    return saved.saved_at.isocalendar()[:2]


def apply(vault: Vault, phone: Installation) -> int:
    """Delete what no rule keeps; return how many versions went.

    A phone whose hold is not over pushes out only what it saved itself.
    """
    gone = too_old(_saved(vault.versions.all()), timezone.now())
    gone = [each for each in gone if _may_push_out(phone, each)]
    return _delete(gone) if gone else 0


def _may_push_out(phone: Installation, saved: Saved) -> bool:
    """Tell whether the phone may push this version out by saving.

    While it is held only what it saved itself; in a dispute only what it saved since: the phone may
    be in the hands of either side.
    """
    is_own, since = saved.phone == phone.pk, phone.user.disputed_since
    if phone.user.is_disputed and since is not None:
        return is_own and saved.saved_at >= since
    return is_own or not phone.is_held


def _saved(rows: QuerySet[VaultVersion]) -> list[Saved]:
    values = rows.filter(number__isnull=False)
    names = ("number", "saved_at", "pinned_until", "pk", "size", "installation")
    return [Saved(*row) for row in values.values_list(*names)]


def _delete(versions: Iterable[Saved]) -> int:
    return VaultVersion.objects.filter(pk__in=[each.pk for each in versions]).delete()[0]


def make_room(phone: Installation, size: int) -> None:
    """See that this many bytes of a phone fit into `VAULT_BYTES`; raises `Refused` if they cannot.

    A backup that refuses every new version because of old ones would silently stop. The oldest
    dailies and weeklies go first; the newest, pinned and late ones stay, and every vault's last.
    One phone has `VAULT_BYTES_A_PHONE` at most: anyone who fills that on a stolen one leaves its
    owner room on the next, and pushes out only what the same phone saved.
    """
    share = _over_share(phone, size)
    if share > 0:
        own = [each for each in _may_go(phone.user) if each.phone == phone.pk]
        _delete(_enough([each for each in own if _may_push_out(phone, each)], share))
    over = _over(phone.user, size)
    if over > 0:
        _delete(_enough(_may_go_for(phone), over))


def check_room(phone: Installation, size: int) -> None:
    """The same, but nothing goes; raises `Refused` if they do not fit as it is."""
    if _over(phone.user, size) > 0 or _over_share(phone, size) > 0:
        raise errors.vault_full()


def tell_if_filling(user: User, size: int, *, origin: Origin) -> None:
    """Tell the person, once a week, when these bytes that were just added crossed the line.

    It is drawn at `VAULT_FILLING` of what one phone may fill: anyone who holds a stolen one never
    gets as far as all of it.
    """
    most = min(settings.VAULT_BYTES, settings.VAULT_BYTES_A_PHONE)
    used = used_by(user)
    if not used - size < settings.VAULT_FILLING * most <= used:
        return
    week_ago = timezone.now() - timedelta(days=7)
    if not user.events.filter(kind=EventKind.BACKUP_FILLING, at__gt=week_ago).exists():
        events.record(user, EventKind.BACKUP_FILLING, origin=origin)


def used_by(user: User) -> int:
    """Return how many bytes this person's versions take."""
    rows = VaultVersion.objects.filter(vault__user=user)
    used: int = rows.aggregate(sum=Sum("size"))["sum"] or 0
    return used


def _over(user: User, size: int) -> int:
    most: int = settings.VAULT_BYTES
    return used_by(user) + size - most


def _over_share(phone: Installation, size: int) -> int:
    rows = VaultVersion.objects.filter(vault__user=phone.user, installation=phone)
    used: int = rows.aggregate(sum=Sum("size"))["sum"] or 0
    most: int = settings.VAULT_BYTES_A_PHONE
    return used + size - most


def _enough(may_go: list[Saved], over: int) -> list[Saved]:
    """Return the first of these that make so much room; raises `Refused` if all do not."""
    chosen: list[Saved] = []
    for each in may_go:
        if over > 0:
            chosen.append(each)
            over -= each.size
    if over > 0:
        raise errors.vault_full()
    return chosen


def _may_go_for(phone: Installation) -> list[Saved]:
    """What may go where others fill the room: then even a phone's own newest but the last."""
    usual = [each for each in _may_go(phone.user) if _may_push_out(phone, each)]
    rows = VaultVersion.objects.filter(vault__user=phone.user)
    if not rows.exclude(installation=phone).exists():
        return usual
    own = [each for each in _may_go(phone.user, newest=1) if each.phone == phone.pk]
    return usual + [each for each in own if each not in usual and _may_push_out(phone, each)]


def _may_go(user: User, newest: int = 0) -> list[Saved]:
    """Return what is neither among the newest nor pinned, oldest first."""
    now, found = timezone.now(), []
    for vault in user.vaults.all():
        kept = (newest or settings.VAULT_NEWEST) if vault.state == Vault.State.ON else 1
        rows = sorted(_saved(vault.versions.all()), reverse=True)
        found += [each for each in rows[kept:] if not each.is_pinned(now)]
    return sorted(found, key=lambda saved: saved.saved_at)
