"""The lost phone desk: what goes with a lost phone, in one act, and what comes after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db import transaction

from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.authentication.factors import recovery_codes
from accounts.holds import disputes
from accounts.models import SecurityEvent, User
from accounts.readiness.recommendations import FEW_CODES
from devices.backups import summary
from devices.factors import passkeys
from devices.models import Authenticator, Passkey, Phone
from devices.phones import contest, linked_phones, sealing


@dataclass(frozen=True)
class Loss:
    """Phones of one person that are lost, and passkeys that were kept in them."""

    phones: Sequence[Phone]
    passkeys: Sequence[Passkey] = ()

    @property
    def factors(self) -> frozenset[str]:
        """Name everything that proves nothing any more, as proofs name it."""
        of_phones = [phone.authenticators.all().factors() for phone in self.phones]
        return frozenset().union(*of_phones, {passkey.factor for passkey in self.passkeys})


@transaction.atomic
def unlink_lost(
    *,
    loss: Loss,
    origin: Origin,
    wipe: bool = False,
    kept_until: datetime | None = None,
    erases_from: datetime | None = None,
) -> SecurityEvent:
    """Unlink the phones and remove the passkeys, all or nothing; return the event that tells it.

    With `kept_until` the phones are kept, sealed, until then. If one of them was taken back lately
    the two sides contradict each other: nothing is unlinked, and the event is that of the dispute.
    With `wipe` the apps on the phones erase their accounts when they call next, or lock them until
    `erases_from`.

    What they proved in the session that stays has to be forgotten there. Raises
    `Phone.DoesNotExist` or `Passkey.DoesNotExist` if one of them is gone already.
    """
    _lock(loss)
    again = [phone for phone in loss.phones if phone.was_taken_back_lately] if kept_until else []
    if again:
        return contest.reported_again(again, origin=origin)
    first, *others = sorted(loss.phones, key=lambda phone: phone.pk)
    together = _together(Loss(others, loss.passkeys), is_kept=kept_until is not None)
    as_lost: dict[str, Any] = {"origin": origin, "lost": True, "wipe": wipe}
    as_lost |= {"kept_until": kept_until, "erases_from": erases_from}
    done = linked_phones.unlink(phone=first, **as_lost, also=together)
    for phone in others:
        linked_phones.unlink(phone=phone, **as_lost)
    for passkey in loss.passkeys:
        passkeys.remove(passkey=passkey, origin=origin, lost=True)
    return done.event


def _together(others: Loss, *, is_kept: bool) -> Details:
    """Return what the event of the first phone says of what goes with it."""
    kept = [phone for phone in others.phones if is_kept and sealing.is_kept(phone)]
    details: Details = {
        "also_phones": [phone.name for phone in others.phones],
        "also_authenticators": len(Loss(others.phones).factors),
        "also_passkeys": [passkey.name for passkey in others.passkeys],
        "also_apps": [str(phone.app.public_id) for phone in others.phones if phone.app],
        "without_codes": [phone.name for phone in others.phones if not Loss([phone]).factors],
        "kept": [phone.name for phone in kept],
        "also_kept_factors": len(Loss(kept).factors),
    }
    return cast(Details, {key: value for key, value in details.items() if value})


def _lock(loss: Loss) -> None:
    """Lock the person, then every factor of the loss, before the first session ends."""
    disputes.lock_for_update(loss.phones[0].user)
    for rows in (
        Authenticator.objects.filter(phone__in=loss.phones),
        Passkey.objects.filter(pk__in=[passkey.pk for passkey in loss.passkeys]),
    ):
        list(rows.order_by("pk").select_for_update())


def numbers_of(user: User) -> list[str]:
    """Return the numbers, masked, whose text messages may still arrive on a lost phone."""
    if not settings.SMS_URL:
        return []
    return [number.masked for number in user.phone_numbers.verified().order_by("pk")]


@dataclass(frozen=True)
class NextStep:
    """One thing to do after a phone was unlinked: `templates/devices/_next_step.html` says it.

    `phone` is the one that was linked since, or that saved the backup; `count` how many accounts
    that holds, or how many recovery codes are left.
    """

    kind: str
    url_name: str
    is_done: bool = False
    phone: str = ""
    count: int = 0
    are_few: bool = False
    with_saved_code: bool = False
    numbers: Sequence[str] = ()


def next_steps(user: User, event: SecurityEvent, *, with_saved_code: bool) -> list[NextStep]:
    """Lead on from an unlinking: a new phone, new codes, the contacts, the passkeys."""
    is_lost = bool(event.details.get("lost"))
    held, backup = recovery_codes.summary(user), summary.of(user)
    steps = [(True, _get_back(user, event, backup))] if backup and backup.counts else []
    steps.append((True, _new_phone(user, event)))
    steps.append((is_lost or held.left <= FEW_CODES, _new_codes(held, event, with_saved_code)))
    contacts = NextStep("contacts", "accounts:contact", numbers=numbers_of(user))
    steps.append((True, contacts))
    steps.append((is_lost and user.passkeys.exists(), NextStep("passkeys", "devices:index")))
    return [step for is_wanted, step in steps if is_wanted]


def _get_back(user: User, event: SecurityEvent, backup: summary.Summary) -> NextStep:
    """Lead to the backup, which brings back what the codes of other sites need."""
    fetched = user.phones.linked().filter(installation__created_at__gt=event.at).last()
    return NextStep(
        "get_back",
        "devices:recover_app",
        is_done=bool(fetched),
        phone=fetched.name if fetched else backup.phone,
        count=backup.accounts,
    )


def _new_phone(user: User, event: SecurityEvent) -> NextStep:
    linked = user.phones.linked().filter(linked_at__gt=event.at).last()
    name = linked.name if linked else ""
    return NextStep("new_phone", "devices:link_phone", is_done=bool(linked), phone=name)


def _new_codes(
    held: recovery_codes.Summary, event: SecurityEvent, with_saved_code: bool
) -> NextStep:
    return NextStep(
        "new_codes",
        "accounts:recovery_codes",
        is_done=bool(held.confirmed and held.made_at and held.made_at > event.at),
        count=held.left,
        are_few=held.left <= FEW_CODES,
        with_saved_code=with_saved_code,
    )
