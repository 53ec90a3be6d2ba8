"""What the portal's pages may show of a backup: when, how much, by which phone; never what."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from devices.models import Vault, VaultVersion


@dataclass(frozen=True)
class Summary:
    """How the backup of a person stands."""

    state: str  # one of `Vault.State`
    since: datetime | None  # when a way to open it was first tried: since then it counts
    saved_at: datetime
    accounts: int
    phone: str  # the name, at that time, of the one that saved last
    versions: int
    ends_at: datetime | None  # if it is off or frozen

    @property
    def counts(self) -> bool:
        """Whether it is on, and something was tried that opens it."""
        return self.state == Vault.State.ON and self.since is not None


def of(user: User) -> Summary | None:
    """Return how the backup stands, the one that is on before any other, in one query."""
    rows = _told(user).annotate(is_on=Q(state=Vault.State.ON)).order_by("-is_on", "-pk")
    names = ("state", "verified_at", "saved", "accounts", "phone", "count", "ends_at")
    row = rows.values_list(*names).first()
    return Summary(*row) if row else None


def _told(user: User) -> QuerySet[Vault]:
    head = VaultVersion.objects.filter(vault=OuterRef("pk"), number=OuterRef("head"))
    is_kept = Q(state=Vault.State.ON) | Q(ends_at__gt=timezone.now())
    return user.vaults.filter(is_kept).annotate(
        saved=Subquery(head.values("saved_at")),
        accounts=Subquery(head.values("accounts")),
        phone=Subquery(head.values("phone_name")),
        count=Count("versions", filter=Q(versions__number__isnull=False)),
    )
