"""What staff may do to the phones, passkeys and sessions of somebody else's account."""

from django.db import transaction

from accounts import organisation_accounts
from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.models import Enrolment, EventKind, User
from accounts.staff import Act, check, has_colleague
from devices.authenticator import work_accounts
from devices.factors import last_factor, passkeys
from devices.models import Passkey, Phone, Session
from devices.phones import contest, linked_phones
from devices.sessions import browsers, trusted_browsers
from devices.sessions.engine import end_sessions


@transaction.atomic
def sign_out(*, actor: User, user: User, reason: str) -> bool:
    """The same as `end_all_sessions`; False if no browser was signed in or trusted."""
    had_any = Session.objects.of(user).exists() or user.trusted_browsers.exists()
    end_all_sessions(actor=actor, user=user, reason=reason)
    return had_any


@transaction.atomic
def end_all_sessions(*, actor: User, user: User, reason: str) -> int:
    """Sign the person out everywhere and end all trust; return of how many browsers."""
    check(actor, user, Act.END_SESSIONS)
    ended, trusted_ended = end_sessions(user), trusted_browsers.end_all_of(user)
    if ended or trusted_ended:
        kind = EventKind.SESSIONS_ENDED_BY_STAFF
        events.record(user, kind, origin=Origin(actor=actor), sessions=ended, reason=reason)
    return ended


@transaction.atomic
def end_session(*, actor: User, user: User, session: Session, reason: str) -> bool:
    """Sign one browser of the person out and end its trust; False if it had ended."""
    check(actor, user, Act.END_SESSIONS)
    return browsers.end(user=user, browser=session, origin=Origin(actor=actor), reason=reason)


@transaction.atomic
def remove_passkey(*, actor: User, passkey: Passkey, reason: str) -> int | None:
    """Remove a passkey that the person has lost; return how many sessions ended.

    The last strong factor takes two members of staff, as in `unlink_phone`: None is returned to the
    first. Raises `Passkey.DoesNotExist` if it is gone already.
    """
    check(actor, passkey.user, Act.REMOVE_PASSKEY)
    user = passkey.user.lock_for_update()
    if not Passkey.objects.filter(pk=passkey.pk).exists():
        raise Passkey.DoesNotExist
    act, subject = "remove_passkey", str(passkey.public_id)
    if last_factor.is_this(passkey) and not has_colleague(
        actor=actor, user=user, act=act, subject=subject, reason=reason
    ):
        return None
    return passkeys.remove(passkey=passkey, origin=Origin(actor=actor), lost=True, reason=reason)


@transaction.atomic
def unlink_phone(*, actor: User, phone: Phone, reason: str) -> linked_phones.Unlinking | None:
    """Let a phone of the person go; raises `Phone.DoesNotExist` if it is gone already.

    The last strong factor takes two members of staff: the first asks (None is returned, and nothing
    but that has changed), the second does the same act and it is done.
    """
    check(actor, phone.user, Act.UNLINK_PHONE)
    user = phone.user.lock_for_update()
    if not Phone.objects.filter(pk=phone.pk).exists():
        raise Phone.DoesNotExist
    act, subject = "unlink_phone", str(phone.public_id)
    if last_factor.goes_with(phone) and not has_colleague(
        actor=actor, user=user, act=act, subject=subject, reason=reason
    ):
        return None
    return linked_phones.unlink(phone=phone, origin=Origin(actor=actor), reason=reason)


@transaction.atomic
def decide_dispute(*, actor: User, user: User, keeps: bool, reason: str) -> bool | None:
    """Decide that the contested phones of the person stay or go; False if it was decided already.

    To let the last strong factor go takes two members of staff, as in `unlink_phone`: None is
    returned to the first. Raises `PermissionDenied`.
    """
    check(actor, user, Act.DECIDE_DISPUTE)
    user = user.lock_for_update()
    contested = user.phones.contested().select_related("user")
    is_last = not keeps and any(last_factor.goes_with(phone) for phone in contested)
    act, subject = "decide_dispute", str(user.public_id)
    if is_last and not has_colleague(
        actor=actor, user=user, act=act, subject=subject, reason=reason
    ):
        return None
    return contest.decided_by_staff(user=user, keeps=keeps, actor=actor, reason=reason)


@transaction.atomic
def end_enrolment(*, actor: User, enrolment: Enrolment, reason: str) -> bool:
    """End an account with an organisation, its secret, and what the secret let in.

    False if it was ended already.
    """
    enrolment.user.lock_for_update()
    erase = work_accounts.erase
    return organisation_accounts.end(actor=actor, enrolment=enrolment, reason=reason, erase=erase)


@transaction.atomic
def decline_request(*, actor: User, enrolment: Enrolment, reason: str) -> bool:
    """Answer no to who asks for a new code; False if nobody waits for an answer."""
    enrolment.user.lock_for_update()
    state = work_accounts.state_unanswered(enrolment)
    return organisation_accounts.decline(
        actor=actor, enrolment=enrolment, reason=reason, back_to=state
    )
