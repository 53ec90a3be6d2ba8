"""Adding, renaming and removing passkeys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.activity.user_agents import browser_name
from accounts.authentication.proofs import Proof
from accounts.holds import bindings, disputes
from accounts.holds.bindings import Ground
from accounts.models import EventKind, User
from accounts.readiness import declined_methods, unused_methods
from core.database import violates
from core.i18n import gettext as _
from core.web.http import RequestOrigin
from devices.factors import last_factor, webauthn
from devices.factors.aaguids import make_of
from devices.factors.methods import strength_of
from devices.factors.passkey_method import PasskeyMethod
from devices.factors.webauthn import Registered
from devices.models import Passkey
from devices.models.passkey import NAME_LENGTH

METHOD = PasskeyMethod.slug


class NotAdded(Exception):
    """The question was answered already, or this passkey is known already."""


class TooManyPasskeys(Exception):
    """The person has `PASSKEYS_A_PERSON` passkeys."""


@dataclass(frozen=True)
class Added:
    """A new passkey, and what making it proved."""

    passkey: Passkey
    proof: Proof


def has_room(user: User) -> bool:
    """Tell whether one more passkey may be added."""
    most: int = settings.PASSKEYS_A_PERSON
    return user.passkeys.count() < most


def first_name(registered: Registered, client: RequestOrigin) -> str:
    """Name a passkey by its make, else by the browser that added it."""
    browser = browser_name(client.agent)
    # Sentences put "the passkey" before it.
    return (make_of(registered.make) or browser or _("without a name"))[:NAME_LENGTH]


def add(
    *,
    user: User,
    registered: Registered,
    name: str,
    trusted_from: datetime,
    origin: Origin,
    ground: Ground | None = None,
) -> Added:
    """Add a passkey, which counts fully from `trusted_from`, and tell the person.

    Raises `NotAdded` for the second of two parallel requests and for a credential that is known,
    `TooManyPasskeys` if there is no room; nothing has changed then.
    """
    row = registered.row(user=user, name=name, trusted_from=trusted_from)
    try:
        with transaction.atomic():
            return _add(row, registered, origin=origin, ground=ground)
    except IntegrityError as error:
        if not violates(error, Passkey, "digest"):
            raise
        raise NotAdded from error


def _add(row: Passkey, registered: Registered, *, origin: Origin, ground: Ground | None) -> Added:
    user, now = row.user, timezone.now()
    disputes.lock_for_update(user)
    if not has_room(user):
        raise TooManyPasskeys
    if not registered.challenge.consume():
        raise NotAdded
    row.created_at = row.last_used_at = now
    row.save()
    unused_methods.begin(user)
    binding = bindings.note(user, METHOD, row.factor, ground=ground, name=row.name)
    about: Details = {"passkey": row.name, **bindings.told(binding)}
    events.record(user, EventKind.PASSKEY_ADDED, origin=origin, **about)
    return Added(row, Proof.now(METHOD, strength_of(row), row.factor))


@transaction.atomic
def rename(*, passkey: Passkey, name: str, origin: Origin) -> None:
    """Give a passkey another name."""
    before, passkey.name = passkey.name, name
    passkey.save(update_fields=["name"])
    if before != name:
        kind, user = EventKind.PASSKEY_RENAMED, passkey.user
        events.record(user, kind, origin=origin, passkey=name, before=before)


@transaction.atomic
def remove(*, passkey: Passkey, origin: Origin, lost: bool = False, reason: str = "") -> int:
    """Remove a passkey, end the sessions but the one that acts; return how many ended.

    The row goes first, as in `devices.phones.linked_phones.unlink`: a sign-in under way is then
    refused, or found among the sessions. Raises `Passkey.DoesNotExist` if it is gone already, and
    `factors.LastFactor` if nothing strong would be left, `declining.LastFallBack` if nothing would
    besides one device; neither of a person who has lost it. `reason` is that of staff who act.
    """
    user = disputes.lock_for_update(passkey.user)
    factor = passkey.factor
    if not Passkey.objects.filter(pk=passkey.pk).delete()[0]:
        raise Passkey.DoesNotExist
    bindings.forget_subjects(user, [factor])
    if not lost:
        if passkey.is_usable:
            last_factor.keep_one(user)
        declined_methods.check(user)
    kind, about = EventKind.PASSKEY_REMOVED, Details(passkey=passkey.name)
    if origin.actor:
        kind, about["reason"] = EventKind.PASSKEY_REMOVED_BY_STAFF, reason
    event = events.record(user, kind, origin=origin, **about)
    return int(event.details.get("sessions", 0))


def farewell(passkey: Passkey) -> dict[str, Any]:
    """Return what to tell the browser once this passkey is gone (WebAuthn Level 3, 5.1.10)."""
    others = passkey.user.passkeys.exclude(pk=passkey.pk).filter(rp_id=passkey.rp_id)
    return {
        "rpId": passkey.rp_id,
        "userId": webauthn.handle_of(passkey.user),
        "credentialId": webauthn.id_of(passkey),
        "allAcceptedCredentialIds": [webauthn.id_of(row) for row in others],
    }
