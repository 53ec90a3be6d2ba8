"""Trusted browsers: listed, named, and trusted no longer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import origin_of
from accounts.authentication import browser_trust
from accounts.authentication.proofs import Strength, step_up_required
from accounts.guards.interrupted_forms import confirms
from accounts.models import User
from accounts.request_user import authenticated_user, session_id
from core.geoip import place_of
from core.i18n import gettext as _
from core.i18n import gettext_lazy, ngettext
from devices.models import Session, TrustedBrowser
from devices.phones.consequences import least_of
from devices.sessions import trusted_browsers
from devices.sessions.engine import strip_proofs
from devices.views.browsers import rename


@dataclass(frozen=True)
class TrustedCard:
    """A trusted browser as the page shows it; `counts` is False if the site switched trust off."""

    public_id: str
    name: str
    address: str
    place: str
    created_at: datetime
    last_used_at: datetime
    until: datetime
    counts: bool
    is_current: bool


@dataclass(frozen=True)
class TrustedList:
    """The section of trusted browsers; `days` is 0 where none can be added."""

    days: int
    cards: list[TrustedCard]


def trusted_list(request: HttpRequest, user: User, *, has_any: bool) -> TrustedList:
    """Collect the trusted browsers, this one first, in one query, or none if there is none."""
    days, digest = browser_trust.keeper().days_for(user), trusted_browsers.digest_in(request, user)
    rows = user.trusted_browsers.filter(expires_at__gt=timezone.now()).order_by("-last_used_at")
    cards = [_card(row, days, digest) for row in rows] if has_any else []
    cards.sort(key=lambda card: not card.is_current)
    return TrustedList(days if user.has_two_step else 0, cards)


def _card(row: TrustedBrowser, days: int, digest: str) -> TrustedCard:
    return TrustedCard(
        public_id=str(row.public_id),
        name=row.display_name,
        address=row.address,
        place=place_of(row.address),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        until=row.until(days),
        counts=row.until(days) > timezone.now(),
        is_current=digest in (row.digest, row.next_digest),
    )


def _own(request: HttpRequest, public_id: UUID) -> TrustedBrowser:
    return get_object_or_404(authenticated_user(request).trusted_browsers, public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required(Strength.RECOVERED)
@confirms(gettext_lazy("rename a browser"), "name")
def rename_trusted(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a trusted browser another name."""
    return rename(request, _own(request, public_id))


@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required(Strength.RECOVERED)
@confirms(gettext_lazy("stop trusting a browser"))
def end_trust(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what it means, then stop trusting one browser."""
    user, row, session = authenticated_user(request), _own(request, public_id), session_id(request)
    if request.method != "POST":
        opened = row.sessions.alive().exclude(public_id=session).count()
        context = {"place": "devices", "browser": row, "opened": opened}
        return render(request, "devices/end_trust.html", context)
    with transaction.atomic():
        trusted_browsers.end(user=user, browser=row, origin=origin_of(request))
        stays = strip_proofs(request.session, frozenset({row.factor}), least_of(user))
    messages.success(
        request, _("%(browser)s is no longer trusted.") % {"browser": row.display_name}
    )
    return redirect("devices:index" if stays else "accounts:sign_in")


@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required(Strength.RECOVERED)
@confirms(gettext_lazy("stop trusting all browsers"))
def end_all_trust(request: HttpRequest) -> HttpResponse:
    """Say what it means, then stop trusting every browser, this one included."""
    user, session = authenticated_user(request), session_id(request)
    rows = list(user.trusted_browsers.all())
    if request.method != "POST":
        opened = Session.objects.of(user).alive().filter(trusted__isnull=False)
        count = opened.exclude(public_id=session).count()
        context = {"place": "devices", "count": len(rows), "opened": count}
        return render(request, "devices/end_all_trust.html", context)
    with transaction.atomic():
        ended = trusted_browsers.end_all(user=user, origin=origin_of(request))
        factors = frozenset(row.factor for row in rows)
        stays = strip_proofs(request.session, factors, least_of(user))
    done = ngettext(
        "%(count)d browser is no longer trusted.",
        "%(count)d browsers are no longer trusted.",
        ended,
    )
    messages.success(request, done % {"count": ended})
    return redirect("devices:index" if stays else "accounts:sign_in")
