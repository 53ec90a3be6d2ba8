"""The page of everything a person holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.authentication.browser_trust import trusted_browser_allowed
from accounts.authentication.methods import SignInOption
from accounts.readiness import assessment
from accounts.readiness.assessment import Readiness
from accounts.request_user import authenticated_user, session_id
from core.i18n import Text
from core.web import paging
from devices.factors.possessions import LinkedPhone, PasskeyHolder, SyncedPasskey
from devices.models import Installation, Phone, Vault
from devices.models.passkey import kept_words
from devices.views.browser_list import browser_card, browsers_page, has_trusted
from devices.views.passkey_alone import GONE_KEY
from devices.views.phones.orders import waiting_orders
from devices.views.trusted import trusted_list


@dataclass(frozen=True)
class PhoneCard:
    """A phone as the page shows it; `counts_from` is the end of its hold, if there is one."""

    public_id: str
    name: Text
    linked_at: datetime | None
    last_used_at: datetime | None
    counts_from: datetime | None
    if_lost: str
    note: Text
    app: Installation | None = None


@dataclass(frozen=True, kw_only=True)
class PasskeyCard(PhoneCard):
    """A passkey as the page shows it."""

    kept: Text
    is_synced: bool


@trusted_browser_allowed
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the phones, passkeys and browsers of the person."""
    user, current = authenticated_user(request), session_id(request)
    page = browsers_page(user, current, paging.number_in(request))
    prefetch_related_objects([user], "passkeys")
    account = assessment.of(user)
    backup = Vault.objects.filter(user=OuterRef("user"), state=Vault.State.ON)
    with_app = user.phones.proved().with_app().annotate(backup_on=Exists(backup))
    rows = {str(row.public_id): row for row in with_app}
    linked = {key: row for key, row in rows.items() if row.is_linked}
    shown = [option for option in account.ways if isinstance(option.possession, LinkedPhone)]
    proving = {option.target for option in shown}
    sealed = [row for row in rows.values() if not row.is_linked]
    kept = [option for option in account.ways if isinstance(option.possession, PasskeyHolder)]
    context = {
        "place": "devices",
        "phones": [_phone(account, option, linked) for option in shown],
        "suspended": [row for row in linked.values() if row.is_suspended],
        "sealed": sealed,
        "with_app_only": [
            row for key, row in linked.items() if key not in proving and not row.is_suspended
        ],
        "works": user.organisation_accounts,
        "asking": [row for row in linked.values() if row.grant],
        "current": current,
        "backup_on": any(getattr(row, "backup_on", False) for row in rows.values()),
        "orders": waiting_orders(user) if sealed else (),
        "passkeys": [_passkey(account, option) for option in kept],
        "unusable_passkeys": [row for row in user.passkeys.all() if not row.is_usable],
        "gone": request.session.pop(GONE_KEY, None),
        "trusted": trusted_list(request, user, has_any=has_trusted(page)),
        "page": page,
        "browsers": [browser_card(row, current) for row in page],
    }
    return render(request, "devices/index.html", context)


def _card(account: Readiness, option: SignInOption) -> dict[str, Any]:
    return {
        "public_id": option.target,
        "name": option.possession.name,
        "linked_at": option.linked_at,
        "last_used_at": option.last_used_at,
        "counts_from": option.counts_from,
        "if_lost": account.loss([option.possession.key]).sentence,
        "note": option.note,
    }


def _phone(account: Readiness, option: SignInOption, linked: Mapping[str, Phone]) -> PhoneCard:
    row = linked.get(option.target)
    return PhoneCard(**_card(account, option), app=row.app if row else None)


def _passkey(account: Readiness, option: SignInOption) -> PasskeyCard:
    is_synced = isinstance(option.possession, SyncedPasskey)
    return PasskeyCard(
        **_card(account, option), kept=kept_words(is_synced=is_synced), is_synced=is_synced
    )
