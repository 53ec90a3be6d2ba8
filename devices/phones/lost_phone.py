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
from core.i18n import gettext as _
from core.i18n import ngettext
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
    """One thing to do after a phone was unlinked, in the order of the page."""

    icon: str
    title: str
    text: str
    url_name: str
    label: str
    is_done: bool = False


def next_steps(user: User, event: SecurityEvent, *, with_saved_code: bool) -> list[NextStep]:
    """Lead on from an unlinking: a new phone, new codes, the contacts, the passkeys."""
    is_lost = bool(event.details.get("lost"))
    held, backup = recovery_codes.summary(user), summary.of(user)
    steps = [(True, _get_back(user, event, backup))] if backup and backup.counts else []
    steps.append((True, _new_phone(user, event)))
    steps.append((is_lost or held.left <= FEW_CODES, _new_codes(held, event, with_saved_code)))
    steps.append((True, _contacts(user)))
    steps.append((is_lost and user.passkeys.exists(), _passkeys()))
    return [step for is_wanted, step in steps if is_wanted]


def _get_back(user: User, event: SecurityEvent, backup: summary.Summary) -> NextStep:
    """Lead to the backup, which brings back what the codes of other sites need."""
    fetched = user.phones.linked().filter(installation__created_at__gt=event.at).last()
    count = backup.accounts
    title = ngettext(
        "Get your %(count)d account back on the new phone",
        "Get your %(count)d accounts back on the new phone",
        count,
    ) % {"count": count}
    text = _("Your backup was saved by %(phone)s.") % {"phone": backup.phone}
    if fetched:
        text = _("The app on %(phone)s is linked.") % {"phone": fetched.name}
    label = _("Get them back")
    return NextStep("rotate-ccw", title, text, "devices:recover_app", label, bool(fetched))


def _new_phone(user: User, event: SecurityEvent) -> NextStep:
    linked = user.phones.linked().filter(linked_at__gt=event.at).last()
    if linked:
        text = _("%(phone)s is linked.") % {"phone": linked.name}
    else:
        text = _(
            "You can do this as soon as you have one. Until then, your other sign-in methods work."
        )
    title, label = _("Set up your new phone"), _("Set up a new phone")
    return NextStep("smartphone", title, text, "devices:link_phone", label, bool(linked))


def _new_codes(
    held: recovery_codes.Summary, event: SecurityEvent, with_saved_code: bool
) -> NextStep:
    is_done = bool(held.confirmed and held.made_at and held.made_at > event.at)
    text = _("Did you keep the sheet on the phone, as a picture or a note? Then make new ones.")
    if held.left <= FEW_CODES:
        text = _("Codes left: %(left)d.") % {"left": held.left}
    elif with_saved_code:
        text = _("You used one to sign in. Anyone who finds the rest could do the same.")
    if is_done:
        text = _("You’ve made a new sheet since then.")
    title, url_name = _("Make new recovery codes"), "accounts:recovery_codes"
    return NextStep("file-text", title, text, url_name, _("Recovery codes"), is_done)


def _contacts(user: User) -> NextStep:
    text = _("Remove what was on the phone and is no longer yours.")
    if numbers := numbers_of(user):
        text = _("Text messages to %(numbers)s may still arrive on the lost phone.") % {
            "numbers": ", ".join(numbers)
        }
    title, label = _("Check your addresses and numbers"), _("Contact and password")
    return NextStep("mail", title, text, "accounts:contact", label)


def _passkeys() -> NextStep:
    text = _("Remove the ones stored on the phone, once a strong step confirms that it’s you.")
    return NextStep("key-round", _("Check your passkeys"), text, "devices:index", _("Devices"))
