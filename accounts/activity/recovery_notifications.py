"""What mails about recovery cases and recovery contacts say; see `notifications`."""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from accounts.contacts.normalization import mask_address
from accounts.links.addresses import link_to, url_of
from accounts.models import (
    CaseState,
    EmailAddress,
    OneTimeLink,
    RecoveryCase,
    RecoveryContact,
    User,
)
from accounts.recovery_cases import offering
from accounts.recovery_cases.ending import LINK
from accounts.recovery_cases.links import PAGE, STOP, token_for
from core.outbox.api import Undeliverable
from core.outbox.models import Message

Context = dict[str, Any]


def stop_link(user: User) -> str | None:
    """Return the link that stops the open recovery case of an account, if it has one.

    Every notice has it: one that tells of the case can be put together with others.
    """
    case = user.recovery_cases.open().first() if user.case_opened_at else None
    return link_to("accounts:stop_case", token_for(str(case.public_id), STOP)) if case else None


def _case(message: Message) -> tuple[str, Context]:
    """Tell the person of a case how it stands, with the link to its page."""
    case = RecoveryCase.objects.filter(public_id=message.context["case"]).first()
    if case is None:
        raise Undeliverable("the case is gone")
    token = token_for(str(case.public_id), PAGE)
    return message.kind, {"case": case, "link": link_to("accounts:case_link", token)}


def _case_link(message: Message) -> tuple[str, Context]:
    """Make the link of an approved case only now: nothing and nobody has seen it before."""
    rows = RecoveryCase.objects.select_related("user").filter(state=CaseState.APPROVED)
    case = rows.filter(public_id=message.context["case"], user__is_active=True).first()
    if case is None or case.user is None:
        raise Undeliverable("the case has ended")
    token, link = OneTimeLink.of_message(str(message.public_id))
    if link is None:
        age = settings.RECOVERY_CASE_LINK_AGE
        token = OneTimeLink.make(case.user, LINK, age).draw(token)
    elif not OneTimeLink.objects.live().filter(pk=link.pk).exists():
        raise Undeliverable("a newer link was asked for")
    minutes = int(settings.RECOVERY_CASE_LINK_AGE.total_seconds() // 60)
    link_url = link_to("accounts:case_new_password_link", token)
    return message.kind, {"case": case, "link": link_url, "minutes": minutes}


def _contact_invited(message: Message) -> tuple[str, Context]:
    """Ask somebody with an account to be a recovery contact; who has none is not written to."""
    rows = RecoveryContact.objects.asked().filter(owner__is_active=True)
    contact = rows.filter(public_id=message.context["contact"]).first()
    if contact is None:
        raise Undeliverable("the question was withdrawn")
    row = EmailAddress.objects.verified().filter(key=contact.key).select_related("user").first()
    if row is None or row.address != message.recipient:
        raise Undeliverable("no account has this address")
    link = url_of("accounts:recovery_contacts")
    return message.kind, {"person": row.user, "contact": contact, "link": link}


def _contact_question(message: Message) -> tuple[str, Context]:
    """Tell a recovery contact that somebody who says to be the owner may call."""
    rows = RecoveryContact.objects.select_related("person")
    contact = rows.filter(public_id=message.context["contact"]).first()
    cases = RecoveryCase.objects.filter(state=CaseState.WAITING)
    if contact is None or not cases.filter(public_id=message.context["case"]).exists():
        raise Undeliverable("there is nothing to answer any more")
    link = url_of("accounts:recovery_contacts")
    return message.kind, {"person": contact.person, "contact": contact, "link": link}


def _case_offered(message: Message) -> tuple[str, Context]:
    """Let somebody who called the help desk ask for the account, from the mailbox they named."""
    kept = message.context["offer"]
    user = User.objects.filter(public_id=kept["user"], is_active=True).first()
    if user is None:
        raise Undeliverable("the account is gone or locked")
    minutes = int(settings.RECOVERY_CASE_LINK_AGE.total_seconds() // 60)
    link = link_to("accounts:recover_link", offering.token_of(kept))
    return message.kind, {"address": mask_address(user.email), "link": link, "minutes": minutes}


COMPOSERS: dict[str, Callable[[Message], tuple[str, Context]]] = {
    "case:opened": _case,
    "case:ended": _case,
    "case:link": _case_link,
    "case:offered": _case_offered,
    "recovery_contact:invited": _contact_invited,
    "recovery_contact:question": _contact_question,
}
