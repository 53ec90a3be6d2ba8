"""The page of everything a person holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import events, readiness
from accounts.models import User
from accounts.people import person, session_id
from accounts.readiness import Readiness
from accounts.ways import Text, Way
from devices.models import Session
from devices.steps import Passkey
from devices.unlinking import if_lost
from devices.views.passkey_alone import GONE_KEY


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
class PasskeyCard(PhoneCard):
    """A passkey as the page shows it."""

    kept: Text
    is_synced: bool


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
    """List the phones, passkeys and browsers of the person."""
    user = person(request)
    account = readiness.of(user)
    phones = [_phone(account, way) for way in account.ways if way.carrier.kind == "phone"]
    kept = [way for way in account.ways if way.slug == Passkey.slug]
    context = {
        "place": "devices",
        "phones": phones,
        "passkeys": [_passkey(account, way) for way in kept],
        "gone": request.session.pop(GONE_KEY, None),
        "browsers": _browsers(user, session_id(request)),
    }
    return render(request, "devices/index.html", context)


def _card(account: Readiness, way: Way) -> dict[str, Any]:
    return {
        "public_id": way.target,
        "name": way.carrier.name,
        "linked_at": way.linked_at,
        "last_used_at": way.last_used_at,
        "counts_from": way.counts_from,
        "if_lost": if_lost(account, way.carrier.key),
    }


def _phone(account: Readiness, way: Way) -> PhoneCard:
    return PhoneCard(**_card(account, way))


def _passkey(account: Readiness, way: Way) -> PasskeyCard:
    is_synced = way.carrier.kind == "synced"
    kept = _("synced") if is_synced else _("only on this device")
    return PasskeyCard(**_card(account, way), kept=kept, is_synced=is_synced)


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
