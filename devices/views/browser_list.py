"""Browsers as the devices page shows them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Exists, When, Window
from django.utils import timezone

from accounts.activity import events
from accounts.models import User
from devices.models import Session

OLD_FRIEND = timedelta(days=1)


@dataclass(frozen=True)
class BrowserCard:
    """A session as the page shows it; `created_at` is when the person signed in there.

    `known_since` is the first sign-in ever from that browser, if that is worth telling.
    """

    public_id: str
    name: str
    address: str
    place: str
    methods: str
    created_at: datetime
    last_seen_at: datetime
    known_since: datetime | None
    is_current: bool


def browsers_page(user: User, current: str, number: int) -> Page[Session]:
    """Return page `number` of the person's sessions: this one first, then the one seen last.

    One query, which brings along the number of all, and whether there is what few people have:
    see `has_trusted`. A page that is not there is the first.
    """
    size = settings.BROWSERS_A_PAGE
    rows = Session.objects.of(user).alive().select_related("browser")
    first = Case(When(public_id=current, then=0), default=1)
    rows = rows.annotate(
        total=Window(Count("*")),
        trusts=Exists(user.trusted_browsers.filter(expires_at__gt=timezone.now())),
    )
    rows = rows.order_by(first, "-last_seen_at", "public_id")
    found = list(rows[(number - 1) * size : number * size])
    if not found and number > 1:
        return browsers_page(user, current, 1)
    paginator = Paginator(rows, size)
    paginator.count = getattr(found[0], "total", 0) if found else 0
    return Page(found, number, paginator)


def has_trusted(page: Page[Session]) -> bool:
    """Tell whether the person trusts browsers, without a query: few do."""
    return any(getattr(row, "trusts", False) for row in page)


def browser_card(session: Session, current: str) -> BrowserCard:
    """Describe a session; `current` is the public id of the one that asks."""
    return BrowserCard(
        public_id=str(session.public_id),
        name=session.display_name,
        address=session.address,
        place=session.place,
        methods=methods_of(session),
        created_at=session.signed_in_at,
        last_seen_at=session.last_seen_at,
        known_since=_known_since(session),
        is_current=str(session.public_id) == current,
    )


def _known_since(session: Session) -> datetime | None:
    first = session.browser.first_seen_at if session.browser else session.signed_in_at
    return first if session.signed_in_at - first >= OLD_FRIEND else None


def methods_of(session: Session) -> str:
    """Say how the person signed in there: "password and authenticator app"."""
    return events.words(dict.fromkeys(proof.method for proof in session.proofs))
