"""Phones that a recovered session called lost: unusable at once, and erased when its hold ends.

A session that has not proved a strong second step may be that of a thief who holds the mailbox.
What it takes away works at once, and is kept sealed: undoing must not be harder than doing.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.activity.details import Details
from accounts.authentication.proofs import Strength
from accounts.holds import bindings, disputes
from accounts.models import Binding, Enrolment
from devices.backups.apps import unlinking, wiping
from devices.models import Authenticator, Installation, Phone
from devices.models.authenticator import step_now

LOST, SUSPENDED = "phone-lost", "phone-suspended"
ERASED_AT_ONCE = 100  # a run of the worker; the next one goes on


def is_kept(phone: Phone) -> bool:
    """Tell whether the phone is kept if a recovered session takes it away.

    What another recovered session bound, and is still held, goes at once: it cannot have been the
    owner's for long. So nobody fills the account with phones that are kept.
    """
    now, confirmed = timezone.now(), phone.authenticators.filter(confirmed=True)
    if confirmed.filter(trusted_from__lte=now).exists():
        return True
    if phone.linked_at and phone.linked_at <= now - settings.RECOVERY_HOLD:
        return True
    has_room = phone.user.phones.sealed().count() < settings.PHONES_A_PERSON
    return has_room and not confirmed.exists()


def subject_of(phone: Phone) -> str:
    """Name the phone in the ledger; no proof is called that."""
    return f"devices.phone:{phone.pk}"


def note(phone: Phone, kind: str, *, session: str, until: datetime) -> Details:
    """Write into the ledger what a session took away; return what its event keeps of that.

    So the press in the notice gives it back, with everything else that the session did.
    """
    row = Binding.objects.create(
        user=phone.user,
        kind=kind,
        subject=subject_of(phone),
        name=phone.name,
        session=session,
        strength=Strength.RECOVERED,
        undo_until=until,
    )
    return {"binding": str(row.public_id)}


def seal(phone: Phone, until: datetime, *, wipe: bool) -> list[Installation]:
    """Let a phone prove nothing, its app neither save nor read; return the installations.

    Lock the person before, in the same transaction. Raises `Phone.DoesNotExist` if it is
    gone already.
    """
    kill_codes(phone)
    contestable_until = until if takes_itself_back(phone) else None
    changes: dict[str, datetime | None] = {"contestable_until": contestable_until}
    changes |= {"sealed_until": until, "reported_at": timezone.now()}
    if not Phone.objects.linked().filter(pk=phone.pk).update(**changes):
        raise Phone.DoesNotExist
    apps = Installation.objects.on(phone)
    unlinking.end_asked(apps)
    if wipe:
        unlinking.tell_to_wipe(apps, erases_from=until)
    state = Enrolment.State
    works = Enrolment.objects.filter(authenticators__phone=phone, authenticators__confirmed=True)
    works.filter(state=state.ENROLLED).update(state=state.ACTION_REQUIRED)
    return list(apps)


def kill_codes(phone: Phone) -> None:
    """Let no code count that the phone shows now: somebody may have noted it.

    One step more than the window: a period may turn before a code that was found is spent.
    """
    phone.authenticators.all().use_up_to(step_now() + settings.AUTHENTICATOR_WINDOW + 1)


def takes_itself_back(phone: Phone) -> bool:
    """Tell whether a phone could be taken back with its own code, if it were taken away now.

    One that a strong session suspended is taken back by another device only.
    """
    if not phone.authenticators.filter(confirmed=True).exists():
        return False
    row = Phone.objects.get(pk=phone.pk)
    if not row.is_suspended:
        return True
    return row.contestable_until is not None and row.contestable_until > timezone.now()


def open_again(phone: Phone, contested_until: datetime | None = None) -> bool:
    """Let a phone that was sealed or suspended be a linked one again; False if it is neither.

    With `contested_until` it proves no more than a recovery until then.
    """
    rows = Phone.objects.filter(pk=phone.pk)
    taken = rows.filter(suspended_at__isnull=False) | rows.filter(sealed_until__gt=timezone.now())
    changes = dict.fromkeys(("sealed_until", "contestable_until", "suspended_at", "reported_at"))
    now = timezone.now()
    if not taken.update(**changes, contested_until=contested_until, taken_back_at=now):
        return False
    bindings.forget_subjects(phone.user, [subject_of(phone)])
    wiping.open_again(Installation.objects.on(phone))
    state = Enrolment.State
    works = Enrolment.objects.filter(authenticators__phone=phone, authenticators__confirmed=True)
    works.filter(state=state.ACTION_REQUIRED).update(state=state.ENROLLED)
    return True


def erase(phone: Phone) -> bool:
    """Erase a sealed phone, its secrets and its app's place; False if it is gone or taken back.

    Lock the person before, in the same transaction.
    """
    rows = Phone.objects.seal_ended().filter(pk=phone.pk)
    if not rows.select_for_update().exists():
        return False
    gone = {subject_of(phone), *Authenticator.objects.filter(phone=phone).erase()}
    bindings.forget_subjects(phone.user, gone)
    unlinking.unlink(Installation.objects.on(phone))
    return bool(rows.delete()[0])


def erase_ended() -> int:
    """Erase the phones whose time to be taken back has passed; return how many.

    While an account is in dispute nothing of it is erased.
    """
    rows = Phone.objects.seal_ended().select_related("user").order_by("sealed_until")
    return sum(_erase_in_turn(phone) for phone in rows[:ERASED_AT_ONCE])


@transaction.atomic
def _erase_in_turn(phone: Phone) -> bool:
    try:
        disputes.lock_for_update(phone.user)
    except disputes.InDispute:
        return False
    return erase(phone)
