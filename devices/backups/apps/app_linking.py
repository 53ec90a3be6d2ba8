"""Linking the app on a phone: a code from the portal, a claim by the phone, a number typed back.

The phone draws its own secret and sends its SHA-256, so that no token ever travels from the portal.
"""

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import randbelow
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.holds import bindings, disputes
from accounts.models import EventKind, User
from core.batches import delete_in_batches
from core.i18n import gettext as _
from core.limits import rates
from core.web.http import RequestOrigin
from devices.backups.access import grants
from devices.backups.apps import link_codes, replacing
from devices.backups.ledger import subject_of
from devices.models import Installation, LinkRequest, Phone, Session, Vault
from devices.models.installation import LinkRequestQuerySet
from devices.phones import linked_phones

STAMP = "link-request"
Purpose = LinkRequest.Purpose


class UnknownCode(Exception):
    """Wrong, expired, used, or of an account that changed since: nobody learns which."""


class Ended(Exception):
    """A parallel request was first, the time has passed, or the phone is no longer what it was."""


class AnotherAccount(Exception):
    """The phone is linked to somebody else's account."""


@dataclass(frozen=True)
class Claimant:
    """The phone that claims a code: a digest of its secret, and what it calls itself.

    A phone that is linked already is named by its `installation`; the rest is not looked at then.
    """

    digest: str
    name: str
    client: RequestOrigin
    installation: Installation | None = None
    nonce: str = ""  # what the portal's page left in this browser, if it did


def begin(
    *,
    user: User,
    session: str,
    grants_from: datetime,
    trusted_from: datetime | None = None,
    purpose: str = Purpose.LINK,
    is_here: bool = False,
    nonce: str = "",
    phone: Phone | None = None,
    name: str = "",
) -> tuple[LinkRequest, str]:
    """Make a code for the app on this phone, or on a new one of this name; return it as well.

    The newest of a purpose is the only one. What it grants may be used from `grants_from`, and may
    destroy from `trusted_from`, at once unless given. One for this very browser (`is_here`) links
    without a number only where `nonce` lies. Raises `LimitReached`; call it outside a transaction.
    """
    rates.APP_LINKS.take(str(user.pk))
    code, now = link_codes.draw(), timezone.now()
    row = LinkRequest(
        user=user,
        purpose=purpose,
        session=session,
        stamp=user.stamp(STAMP),
        is_here=is_here,
        nonce_digest=_digest(nonce) if nonce else "",
        phone=phone,
        name=name,
        code_digest=link_codes.digests_of(code)[0],
        expires_at=now + settings.APP_LINK_AGE,
        grants_from=grants_from,
        trusted_from=trusted_from or now,
    )
    link_codes.store(row, code)
    with transaction.atomic():
        disputes.lock_for_update(user)
        end(user.link_requests.filter(purpose=purpose))
        row.save()
    return row, code


def _digest(nonce: str) -> str:
    return sha256(nonce.encode()).hexdigest()


def is_proved_here(row: LinkRequest, nonce: str) -> bool:
    """Tell whether the page that made this code was one of the portal in the same browser."""
    if not row.is_here or not row.nonce_digest:
        return row.is_here
    return hmac.compare_digest(row.nonce_digest, _digest(nonce))


def end(rows: LinkRequestQuerySet) -> None:
    """Let these codes and claims count no more."""
    ended = {"ended_at": timezone.now(), "sealed_code": None, "number": ""}
    rows.live().filter(confirmed_at__isnull=True).update(**ended)


def find(typed: str) -> LinkRequest:
    """Return the request of a code that may still be claimed; raises `UnknownCode`."""
    rows = LinkRequest.objects.live().filter(claimed_at__isnull=True)
    row = rows.select_related("user").filter(code_digest__in=link_codes.digests_of(typed)).first()
    if row is None or not _stands(row, row.user):
        raise UnknownCode
    return row


def _stands(row: LinkRequest, user: User) -> bool:
    """Tell whether account, password and session are what they were when the code was made."""
    if not user.is_active or not hmac.compare_digest(row.stamp, user.stamp(STAMP)):
        return False
    return Session.objects.of(user).alive().filter(public_id=row.session).exists()


@transaction.atomic
def claim(*, typed: str, claimant: Claimant) -> LinkRequest:
    """Let a phone have the code, once; a code that was made in its own browser links it at once.

    Raises `UnknownCode`, `AnotherAccount`, and of a code made here what `confirm` raises; the code
    is still good then.
    """
    row, known = find(typed), claimant.installation
    if known and known.user_id != row.user_id:
        raise AnotherAccount
    if not _stands(row, disputes.lock_for_update(row.user)):
        raise UnknownCode
    is_here = is_proved_here(row, claimant.nonce)
    claimed: dict[str, Any] = {
        "is_here": is_here,
        "claimed_at": timezone.now(),
        "installation_id_drawn": known.public_id if known else uuid.uuid4(),
        "device_digest": known.digest if known else claimant.digest,
        "device_name": known.name if known else claimant.name,
        "number": "" if is_here else f"{randbelow(1000):03d}",
        "sealed_code": None,
    }
    rows = LinkRequest.objects.live().filter(pk=row.pk, claimed_at__isnull=True)
    if rows.update(**claimed) != 1:
        raise UnknownCode
    row.refresh_from_db()
    if row.is_here:
        confirm(row=row, origin=Origin(claimant.client, row.session))
        row.refresh_from_db()
    return row


def is_number(row: LinkRequest, typed: str) -> bool:
    """Judge the number that the phone shows; the last of `APP_LINK_TRIES` wrong ones ends it all.

    The try is counted first: call it outside a transaction. Raises `Ended`.
    """
    rows = LinkRequest.objects.live().filter(pk=row.pk, confirmed_at__isnull=True)
    left = rows.filter(claimed_at__isnull=False, tries__lt=settings.APP_LINK_TRIES)
    if left.update(tries=F("tries") + 1) != 1:
        raise Ended
    row.refresh_from_db()
    if row.number and hmac.compare_digest(row.number, typed):
        return True
    if row.tries >= settings.APP_LINK_TRIES:
        end(LinkRequest.objects.filter(pk=row.pk))
    return False


@transaction.atomic
def confirm(*, row: LinkRequest, origin: Origin) -> Installation:
    """Link the phone that claimed the code, or let one that is linked read the backup.

    The person is notified. Raises `Ended` and `devices.phones.linked_phones.TooManyPhones`; nothing
    has changed then.
    """
    user = disputes.lock_for_update(row.user)
    claimed = LinkRequest.objects.live().filter(pk=row.pk, claimed_at__isnull=False)
    changed = {"confirmed_at": timezone.now(), "number": ""}
    if claimed.filter(confirmed_at__isnull=True).update(**changed) != 1:
        raise Ended
    known, ground = _known(user, row), _ground(user, row)
    installation = known or _install(user, row, ground.undo_until)
    terms = grants.Terms(row.grants_from, row.trusted_from)
    grant = grants.give(installation, terms=terms, session=row.session)
    about: Details = {"phone": installation.name, "until": grant.expires_at.isoformat()}
    if grant.available_at > timezone.now():
        about["waits"] = grant.available_at.isoformat()
    if not known:
        about["backup"] = user.vaults.exists()
        kept = Installation.objects.replaced().filter(replaced_on=installation.phone)
        about |= {"replaces": True} if kept.exists() else {}
    kind = EventKind.APP_ASKED if known else EventKind.APP_LINKED
    if not known:
        about |= _note(installation, ground)
    events.record(user, kind, origin=origin, **about)
    return installation


def _ground(user: User, row: LinkRequest) -> bindings.Ground:
    """Return what the session that made the code had proved."""
    made_in = Session.objects.of(user).filter(public_id=row.session).first()
    return bindings.ground(user, made_in.proofs if made_in else [], session=row.session)


def _note(installation: Installation, ground: bindings.Ground) -> Details:
    """Write down on which proofs the app was linked."""
    user, name = installation.user, installation.name
    try:
        noted = bindings.note(user, "app", subject_of(installation), ground=ground, name=name)
    except bindings.Frozen as error:
        raise Ended from error
    return bindings.told(noted)


def _known(user: User, row: LinkRequest) -> Installation | None:
    """Return the installation that claimed, if it was linked before; raises `Ended`."""
    rows = user.installations.select_related("phone")
    known = rows.filter(public_id=row.drawn).first()
    if known and (known.is_unlinked or known.is_suspended):
        raise Ended
    return known


def _install(user: User, row: LinkRequest, undo_until: datetime | None) -> Installation:
    """Make the row; the first one of a person is active, if there is no backup to take over."""
    phone = row.phone or _new_phone(user, row)
    replacing.make_way(phone, undo_until)
    is_first = not user.installations.active().exists()
    has_backup = user.vaults.exclude(state=Vault.State.FROZEN).exists()
    status = Installation.Status
    return Installation.objects.create(
        public_id=row.drawn,
        user=user,
        phone=phone,
        name=phone.name,
        digest=row.device_digest,
        status=status.ACTIVE if is_first and not has_backup else status.SUPERSEDED,
        last_contact_at=timezone.now(),
        trusted_from=row.trusted_from,
    )


def _new_phone(user: User, row: LinkRequest) -> Phone:
    if not linked_phones.has_room(user):
        raise linked_phones.TooManyPhones
    name = row.name or row.device_name or _("Phone")
    return Phone.objects.create(user=user, name=name, linked_at=timezone.now())


def claimed_by(installation_id: uuid.UUID) -> LinkRequest | None:
    """Return the newest request that a phone has claimed under this id."""
    rows = LinkRequest.objects.filter(user__is_active=True, installation_id_drawn=installation_id)
    return rows.order_by("-claimed_at").first()


def state_of(row: LinkRequest) -> str:
    """Say how a request stands: waiting for a phone, asked by one, linked, or ended."""
    if row.confirmed_at:
        return "linked"
    if row.ended_at or row.expires_at <= timezone.now():
        return "ended"
    return "asked" if row.claimed_at else "waiting"


def delete_expired() -> int:
    """Delete requests that ended a day ago; return how many."""
    since = timezone.now() - timedelta(days=1)
    return delete_in_batches(LinkRequest.objects.filter(expires_at__lte=since))
