"""Recovery cases at the running site: officers, owner and the person, all at the same moment."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.models import CaseState, OneTimeLink, RecoveryCase, Role
from accounts.recovery_cases import links
from accounts.recovery_cases.ending import LINK
from accounts.recovery_contacts import answering
from core.outbox.models import Message
from tests.attacks.crowd import Crowd, post_at_once
from tests.attacks.tools import code_in
from tests.cases import give_case
from tests.contacts import give_contact
from tests.live import LiveSite, Visitor, at_once, fresh_address
from tests.live.sinks import body_of
from tests.people import Person, enter, protected

Desk = Callable[[str], Visitor]
WHY = {"checked": "nobody", "reason": "She showed her passport in a video call."}
NEW = {"new_password": "seven green bottles on the wall"}
ROUNDS = 6


def known_by(visitor: Visitor, session: str) -> Visitor:
    """Give a browser a session that was begun elsewhere."""
    visitor.keep(settings.CSRF_COOKIE_NAME, "a" * 32)
    visitor.keep(settings.SESSION_COOKIE_NAME, session)
    return visitor


@pytest.fixture
def desk(crowd: Crowd) -> Desk:
    """Return a browser of a new recovery officer, signed in."""

    def sit(name: str) -> Visitor:
        person = protected(name, role=Role.RECOVERY_OFFICER)
        client = enter(Client(), person, Strength.TWO_STEP)
        (visitor,) = crowd(1)
        return known_by(visitor, client.cookies[settings.SESSION_COOKIE_NAME].value)

    return sit


@pytest.fixture
def ready(alice: Person) -> RecoveryCase:
    """Return a case whose wait has ended."""
    return give_case(alice, contact=fresh_address("reached"))


def pages(case: RecoveryCase) -> tuple[str, dict[str, str]]:
    """Return where it is approved, and the form that stops it."""
    token = links.token_for(str(case.public_id), links.STOP)
    return f"/admin/recovery/{case.public_id}/approve/", {"token": token, "stop": "1"}


def sent_links(case: RecoveryCase) -> int:
    """Count the mails with a link for a new password."""
    return Message.objects.filter(kind="case:link", recipient=case.contact).count()


def approved(person: Person) -> tuple[RecoveryCase, str]:
    """Return a case that two officers approved, and the token of its link."""
    case = give_case(
        person,
        state=CaseState.APPROVED,
        approved_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=7),
    )
    return case, OneTimeLink.make(person.user, LINK, settings.RECOVERY_CASE_LINK_AGE).draw()


def at_the_password(crowd: Crowd, token: str) -> Visitor:
    """Follow the link of an approved case."""
    (visitor,) = crowd(1)
    visitor.get("/recover/password/link/")
    answer = visitor.post("/recover/password/link/", {"token": token})
    assert answer.headers["Location"] == "/recover/password/"
    return visitor


def test_two_officers_at_once_send_one_link(desk: Desk, ready: RecoveryCase) -> None:
    approve, _stop = pages(ready)
    post_at_once([desk("first"), desk("second")], approve, WHY)
    ready.refresh_from_db()
    assert ready.state == CaseState.APPROVED
    assert ready.approvals.count() == 2
    assert sent_links(ready) == 1


def test_one_officer_many_times_at_once_is_one_word(
    desk: Desk, crowd: Crowd, ready: RecoveryCase
) -> None:
    approve, _stop = pages(ready)
    post_at_once(crowd(10, desk("first")), approve, WHY)
    ready.refresh_from_db()
    assert ready.state == CaseState.WAITING
    assert ready.approvals.count() == 1
    assert sent_links(ready) == 0


def test_a_stop_beside_the_second_word_always_holds(
    desk: Desk, crowd: Crowd, live: LiveSite
) -> None:
    first, second = desk("first"), desk("second")
    for number in range(ROUNDS):
        person = protected(f"p{number}")
        case = give_case(person, contact=fresh_address("reached"))
        approve, stop = pages(case)
        first.post(approve, WHY)
        (owner,) = crowd(1)
        owner.get("/recover/stop/")
        at_once(
            [partial(second.post, approve, WHY), partial(owner.post, "/recover/stop/", stop)],
        )
        case.refresh_from_db()
        assert case.state == CaseState.STOPPED
        assert not OneTimeLink.objects.live().filter(user=person.user, purpose=LINK).exists()
        assert person.reload().case_opened_at is None


def test_one_link_at_once_lets_one_in(alice: Person, crowd: Crowd) -> None:
    case, token = approved(alice)
    visitor = at_the_password(crowd, token)
    answers = post_at_once_or_refused(crowd(10, visitor))
    assert answers.count(302) == 1
    case.refresh_from_db()
    assert case.state == CaseState.DONE
    assert alice.kinds().count("case:done") == 1


def post_at_once_or_refused(visitors: list[Visitor]) -> list[int]:
    """Choose the new password in all of them, and return what each was answered."""
    acts = [partial(visitor.post, "/recover/password/", NEW) for visitor in visitors]
    statuses = [answer.status_code for answer in at_once(acts)]
    assert set(statuses) <= {302, 400}
    return statuses


def test_a_stop_beside_the_new_password_leaves_no_half(crowd: Crowd, live: LiveSite) -> None:
    for number in range(ROUNDS):
        person = protected(f"q{number}")
        before = person.reload().password
        case, token = approved(person)
        visitor = at_the_password(crowd, token)
        (owner,) = crowd(1)
        owner.get("/recover/stop/")
        stop = pages(case)[1]
        _changed, stopped = at_once(
            [
                partial(visitor.post, "/recover/password/", NEW),
                partial(owner.post, "/recover/stop/", stop),
            ]
        )
        case.refresh_from_db()
        is_done = case.state == CaseState.DONE
        assert is_done == (person.reload().password != before)
        assert ("The request is stopped" in stopped.text) == (case.state == CaseState.STOPPED)
        assert ("somebody chose a new password" in stopped.text) == is_done


def test_many_who_ask_for_one_account_at_once_open_one_case(
    alice: Person, crowd: Crowd, live: LiveSite
) -> None:
    visitors = crowd(4)
    acts: list[partial[int]] = []
    for visitor in visitors:
        contact = fresh_address("reached")
        visitor.get("/recover/")
        visitor.post("/recover/", {"account": alice.address, "contact": contact})
        code = code_in(body_of(live.mail.wait_for(contact)))
        acts.append(partial(_status, visitor, code))
    assert sorted(at_once(acts)) == [200, 200, 200, 302]
    case = RecoveryCase.objects.get(user=alice.user)
    assert case.is_open
    assert sum(each["kind"] == "rival" for each in case.evidence) == 3
    assert alice.kinds().count("case:opened_for") == 1


def _status(visitor: Visitor, code: str) -> int:
    return visitor.post("/recover/code/", {"code": code}).status_code


def test_the_last_contact_beside_the_officer_sends_one_link(
    desk: Desk, crowd: Crowd, ready: RecoveryCase, alice: Person
) -> None:
    ready.refresh_from_db()
    friends = [protected(name) for name in ("fred", "gina")]
    contacts = [give_contact(alice, friend) for friend in friends]
    typed = {"words": " ".join(answering.words_of(ready))}
    acts = []
    for friend, contact, visitor in zip(friends, contacts, crowd(2), strict=True):
        client = enter(Client(), friend, Strength.TWO_STEP)
        his = known_by(visitor, client.cookies[settings.SESSION_COOKIE_NAME].value)
        page = f"/security/recovery-contacts/{contact.public_id}/question/"
        acts += [partial(his.post, page, typed)] * 2
    answers = at_once([*acts, partial(desk("first").post, pages(ready)[0], WHY)])
    assert {answer.status_code for answer in answers} == {302}
    ready.refresh_from_db()
    assert ready.state == CaseState.APPROVED
    assert ready.answers.count() == 2
    assert sent_links(ready) == 1
    assert alice.kinds().count("case:approved") == 1
