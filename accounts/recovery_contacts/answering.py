"""What a recovery contact says about the person who asks for an account.

The person reads three words on the page of their case and says them to the contact, who types them:
so the answer is about this case and this caller, and a contact whom nobody called cannot give it.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import HOST, Origin
from accounts.models import (
    CaseState,
    ContactAnswer,
    EventKind,
    RecoveryCase,
    RecoveryContact,
    User,
)
from accounts.models.recovery_contact import RecoveryContactQuerySet
from core.database import violates
from core.keys.crypto import keyed_digest
from core.limits import rates
from core.outbox.api import queue
from core.words import spoken


class WrongWords(Exception):
    """Not what the page of the case says."""


class NotOpen(Exception):
    """The case has ended, was approved, or this contact's word does not count for it."""


def words_of(case: RecoveryCase) -> tuple[str, ...]:
    """Return the three words that the page of this case shows."""
    return spoken(keyed_digest("recovery-case-words", str(case.public_id)), case.language)


def counting(case: RecoveryCase) -> RecoveryContactQuerySet:
    """Return the contacts whose word counts for this case: all had agreed before it was opened."""
    rows = RecoveryContact.objects.filter(owner_id=case.user_id)
    return rows.counting(before=case.opened_at).exclude(person_id=case.user_id)


def tell(case: RecoveryCase) -> None:
    """Write to the contacts of the account; call it in the transaction that opens the case."""
    for contact in counting(case).select_related("person"):
        if contact.person:
            queue(
                channel="email",
                recipient=contact.person.email,
                kind="recovery_contact:question",
                context={"contact": str(contact.public_id), "case": str(case.public_id)},
                expires_at=case.expires_at,
                user_id=contact.person_id,
            )


def questions_for(person: User) -> list[tuple[RecoveryContact, RecoveryCase]]:
    """Return the open cases that this person may answer about, and has not answered."""
    rows = RecoveryCase.objects.filter(
        state=CaseState.WAITING,
        expires_at__gt=timezone.now(),
        user__recovery_contacts__person=person,
    )
    found = []
    for case in rows.select_related("user").distinct().order_by("pk")[:20]:
        contact = counting(case).filter(person=person).exclude(answers__case=case).first()
        if contact:
            found.append((contact, case))
    return found


def check_words(case: RecoveryCase, person: User, typed: str) -> None:
    """Raise `WrongWords`, or `LimitReached` after too many; call it outside a transaction."""
    words = typed.casefold().replace(",", " ").split()
    rates.RECOVERY_CONTACT_WORDS.take(f"{person.pk}:{case.pk}")
    if words != [word.casefold() for word in words_of(case)]:
        raise WrongWords


@transaction.atomic
def answer(
    case: RecoveryCase, contact: RecoveryContact, *, is_owner: bool, origin: Origin
) -> RecoveryCase:
    """Write the answer down and notify both accounts; raises `NotOpen`. Once, and for good.

    It approves nothing by itself: see `accounts.recovery_cases.deciding`.
    """
    if case.user is None:
        raise NotOpen
    owner = case.user.lock_for_update()
    case.refresh_from_db()
    counts = counting(case).filter(pk=contact.pk).exists()
    if case.state != CaseState.WAITING or case.expires_at <= timezone.now() or not counts:
        raise NotOpen
    try:
        with transaction.atomic():
            ContactAnswer.objects.create(case=case, contact=contact, is_owner=is_owner)
    except IntegrityError as error:
        if not violates(error, ContactAnswer, "one_answer_a_contact", "case_id", "contact_id"):
            raise
        raise NotOpen from error
    kind = EventKind.CASE_VOUCHED if is_owner else EventKind.CASE_DOUBTED
    about: Details = {"address": contact.address, "case": str(case.public_id)}
    events.record(owner, kind, origin=HOST, **about)
    if contact.person:
        kind = EventKind.RECOVERY_CONTACT_ANSWERED
        said: Details = {"name": contact.known_as, "case": str(case.public_id)}
        events.record(contact.person, kind, origin=origin, **said)
    return case


def answers_that_count(case: RecoveryCase) -> QuerySet[ContactAnswer]:
    """Return what was said by contacts whose word counts now."""
    return case.answers.filter(contact__in=counting(case))


def are_worth_an_officer(case: RecoveryCase) -> bool:
    """Tell whether enough contacts say that it is the owner, and none that it is not.

    A contact who is an officer and has approved the case says one thing only, as an officer.
    """
    officers = case.approvals.values("officer")
    rows = answers_that_count(case).exclude(contact__person__in=officers)
    if rows.filter(is_owner=False).exists():
        return False
    people = rows.values("contact__person").distinct().count()
    return bool(people >= settings.RECOVERY_CONTACTS_NEEDED)
