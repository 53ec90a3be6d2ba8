"""The page of everything a person holds."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import events, readiness
from accounts.models import User
from accounts.people import person, session_id
from accounts.readiness import Readiness
from accounts.steps import Text, Way
from devices.models import Session
from devices.unlinking import if_lost


@dataclass(frozen=True)
class PhoneCard:
    """A phone as the page shows it; `counts_from` is the end of its hold, if there is one."""

    public_id: str
    name: Text
    linked_at: datetime | None
    last_used_at: datetime | None
    counts_from: datetime | None
    if_lost: str


@dataclass(frozen=True)
class BrowserCard:
    """A session as the page shows it; `created_at` is when the person signed in there."""

    public_id: str
    name: str
    address: str
    methods: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the phones and browsers of the person."""
    user = person(request)
    account = readiness.of(user)
    phones = [_phone(account, way) for way in account.ways if way.carrier.kind == "phone"]
    context = {
        "place": "devices",
        "phones": phones,
        "browsers": _browsers(user, session_id(request)),
    }
    return render(request, "devices/index.html", context)


def _phone(account: Readiness, way: Way) -> PhoneCard:
    return PhoneCard(
        public_id=way.target,
        name=way.carrier.name,
        linked_at=way.linked_at,
        last_used_at=way.last_used_at,
        counts_from=way.counts_from,
        if_lost=if_lost(account, way.carrier.key),
    )


def _browsers(user: User, current: str) -> list[BrowserCard]:
    rows = Session.objects.of(user).alive().order_by("-last_seen_at")
    cards = [browser_card(row, current) for row in rows]
    return sorted(cards, key=lambda card: not card.is_current)


def browser_card(session: Session, current: str) -> BrowserCard:
    """Describe a session; `current` is the public id of the one that asks."""
    return BrowserCard(
        public_id=str(session.public_id),
        name=session.name,
        address=session.address,
        methods=methods_of(session),
        created_at=session.signed_in_at,
        last_seen_at=session.last_seen_at,
        is_current=str(session.public_id) == current,
    )


def methods_of(session: Session) -> str:
    """Say how the person signed in there: "password and authenticator app"."""
    return events.words(dict.fromkeys(proof.method for proof in session.proofs))
