"""The walk past a recovery case: the person, the owner, the officers; see tests/browser/tour.py."""

import re
from collections.abc import Callable, Iterator

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.authentication.proofs import Strength
from accounts.models import CaseState, OneTimeLink, RecoveryCase, Role
from accounts.recovery_cases import deciding, links
from accounts.recovery_cases.ending import LINK
from tests.contacts import give_contact
from tests.journeys.hand import Hand, code_of_mail
from tests.live import LiveSite, fresh_address
from tests.live.sinks import body_of
from tests.people import Person, make_person, protected
from tests.phrases import Same

Names = Iterator[str]
Enter = Callable[..., None]
WHY = "Met her in person; her passport and her old badge agree."


def pages_of_a_case(site: LiveSite, page: Page, enter: Enter) -> Names:
    """Open it, look at it from all sides, and come back by it."""
    person, hand = protected("ines"), Hand(page)
    contact = fresh_address("new-mailbox")
    yield from _asks(site, page, person, contact)
    enter(person, Strength.RECOVERED)
    hand.open("/security/")
    hand.sees("Somebody asks to get into your account.")
    yield "/security/, somebody asks to get in"
    yield from _desk(page, enter, person)
    yield from _back_in(page, person)
    yield from _stopped(site, page, contact)
    yield from _called(site, page, enter)


def _called(site: LiveSite, page: Page, enter: Enter) -> Names:
    """Somebody who called the help desk: the act of staff, the mail, the link."""
    hand, person, contact = Hand(page), protected("ivy"), fresh_address("caller")
    enter(protected("desk", role=Role.SUPPORT))
    hand.open(f"/admin/accounts/{person.user.public_id}/open-case/")
    hand.type("An e-mail address that the caller can read now", contact)
    hand.acts_because(WHY)
    hand.press("Send the link")
    hand.sees(Same(contact))
    page.context.clear_cookies()
    mailed = body_of(site.mail.wait_for(contact))
    link = re.search(r"/recover/link/#\S+", mailed)
    assert link
    hand.open(link[0])
    hand.reads("Ask for the account")
    yield "/recover/link/"
    hand.press("Ask for the account")
    hand.reads("Your request for your account")
    hand.open("/")
    hand.open(link[0])
    hand.reads("This link no longer works")
    yield "/recover/link/, used"


def pages_of_contacts(page: Page, enter: Enter) -> Names:
    """Ask a friend, be asked, answer a call."""
    hand, person, friend = Hand(page), protected("cora"), protected("fred")
    enter(person)
    hand.open("/security/recovery-contacts/")
    yield "/security/recovery-contacts/, none yet"
    hand.open("/security/recovery-contacts/ask/")
    yield "/security/recovery-contacts/ask/"
    hand.type("E-mail address of the person", person.address)
    hand.press("Ask them")
    hand.sees("This is an address of your own.")
    yield "/security/recovery-contacts/ask/, refused"
    asked = [protected("bea"), protected("cem"), protected("dan")]
    for other in asked:
        give_contact(person, other)
    rows = person.user.recovery_contacts
    rows.filter(person=asked[0].user).update(agreed_at=timezone.now())
    rows.filter(person=asked[1].user).update(removed_at=timezone.now())
    asked[2].user.turn_two_step_off()
    give_contact(person, friend, person=None, agreed_at=None, known_as="Cora from the choir")
    give_contact(friend, person, known_as="Fred")
    hand.open("/security/recovery-contacts/")
    yield "/security/recovery-contacts/"
    hand.open(f"/security/recovery-contacts/{rows.all()[0].public_id}/remove/")
    yield "/security/recovery-contacts/…/remove/"
    case = RecoveryCase.objects.create(
        user=friend.user,
        key="tour",
        contact=fresh_address("reached"),
        waits_until=timezone.now(),
        expires_at=timezone.now() + settings.RECOVERY_CASE_WAIT,
    )
    hand.open("/security/recovery-contacts/")
    hand.sees("may need you.")
    yield "/security/recovery-contacts/, a question"
    hand.press("Answer")
    hand.type("The three words", "not these words")
    hand.press("Yes, it’s them")
    hand.sees("These are not the words.")
    yield "/security/recovery-contacts/…/question/, wrong words"
    case.delete()
    enter(friend)
    hand.open("/security/recovery-contacts/")
    hand.sees("They ask you")
    yield "/security/recovery-contacts/, asked"


def _asks(site: LiveSite, page: Page, person: Person, contact: str) -> Names:
    hand = Hand(page)
    hand.open("/recover/")
    hand.type("E-mail address of the account", person.address)
    hand.type("An e-mail address that you can read now", "ines@example")
    hand.press("Send me a code")
    expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "/recover/, refused"
    hand.type("An e-mail address that you can read now", contact)
    hand.press("Send me a code")
    hand.reads("Confirm where we reach you")
    code = code_of_mail(site.mail.wait_for(contact))
    yield "/recover/code/"
    hand.type_code("000000", "Ask for my account")
    hand.sees("This code is wrong")
    yield "/recover/code/, wrong code"
    hand.type_code(code, "Ask for my account")
    hand.reads("Your request for your account")
    yield "/recover/case/"
    yield from _mailbox(site, hand, person)
    second = fresh_address("second")
    hand.open("/recover/")
    hand.type("E-mail address of the account", person.address)
    hand.type("An e-mail address that you can read now", second)
    hand.press("Send me a code")
    hand.reads("Confirm where we reach you")
    hand.type_code(code_of_mail(site.mail.wait_for(second)), "Ask for my account")
    hand.reads("There is a request already")
    yield "/recover/code/, a request is open already"


def _mailbox(site: LiveSite, hand: Hand, person: Person) -> Names:
    """Show another address of the account, or what may be one."""
    hand.press("Show that you read another address of the account")
    hand.reads("Show another mailbox")
    yield "/recover/case/mailbox/"
    other = fresh_address("another")
    hand.type("E-mail address", other)
    hand.press("Send me a code")
    hand.reads("Show that you read this mailbox")
    yield "/recover/case/mailbox/code/"
    hand.type_code(code_of_mail(site.mail.wait_for(other)), "Continue")
    hand.sees("Thank you. If it’s an address of the account, staff see it.")
    yield "/recover/case/, another mailbox"


def _desk(page: Page, enter: Enter, person: Person) -> Names:
    hand, case = Hand(page), _case(person)
    one, two = (protected(name, role=Role.RECOVERY_OFFICER) for name in ("one", "two"))
    enter(one)
    for path in ("/admin/recovery/", f"/admin/recovery/{case.public_id}/"):
        hand.open(path)
        yield path
    RecoveryCase.objects.filter(pk=case.pk).update(waits_until=timezone.now())
    hand.open(f"/admin/recovery/{case.public_id}/approve/")
    yield "/admin/recovery/…/approve/"
    deciding.approve(actor=two.user, case=_case(person), reason=WHY)
    hand.open(f"/admin/recovery/{case.public_id}/")
    hand.sees(Same(WHY))
    yield "/admin/recovery/…/, one word of two"
    hand.open(f"/admin/recovery/{case.public_id}/decline/")
    yield "/admin/recovery/…/decline/"
    deciding.approve(actor=one.user, case=_case(person), reason=WHY)
    hand.open(f"/admin/recovery/{case.public_id}/")
    yield "/admin/recovery/…/, approved"


def _back_in(page: Page, person: Person) -> Names:
    page.context.clear_cookies()
    hand = Hand(page)
    token = OneTimeLink.make(person.user, LINK, settings.RECOVERY_CASE_LINK_AGE).draw()
    hand.open(f"/recover/password/link/#{token}")
    hand.reads("Choose a new password")
    yield "/recover/password/"
    hand.type("New password", "short")
    hand.press("Save the password")
    hand.sees("15")
    yield "/recover/password/, refused"
    hand.type("New password", "copper violet anchor meadow")
    hand.press("Save the password")
    hand.reads("Where is your Pixel 8?")
    page.context.clear_cookies()
    hand.open("/")
    hand.open(f"/recover/password/link/#{token}")
    hand.reads("This link does not work")
    yield "/recover/password/link/, refused"


def _stopped(site: LiveSite, page: Page, contact: str) -> Names:
    hand, person = Hand(page), make_person("isa")
    until = timezone.now() + settings.RECOVERY_CASE_WAIT
    case = RecoveryCase.objects.create(
        user=person.user, key=person.address, contact=contact, waits_until=until, expires_at=until
    )
    case_id = str(case.public_id)
    token = links.token_for(case_id, links.STOP)
    hand.open(f"/recover/stop/#{token}")
    hand.reads("Stop the request?")
    yield "/recover/stop/"
    hand.press("Stop it")
    hand.reads("The request is stopped")
    yield "/recover/stop/, done"
    hand.open(f"/recover/case/link/#{links.token_for(case_id, links.PAGE)}")
    hand.sees("The owner of the account stopped your request.")
    yield "/recover/case/, stopped"
    RecoveryCase.objects.filter(pk=case.pk).update(state=CaseState.DECLINED)
    hand.open("/")
    hand.open(f"/recover/stop/#{token}")
    hand.reads("There is nothing to stop")
    yield "/recover/stop/, nothing to stop"


def _case(person: Person) -> RecoveryCase:
    return RecoveryCase.objects.filter(user=person.user).latest("pk")
