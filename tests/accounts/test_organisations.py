"""Organisations in the staff pages: who keeps them, and what staff do to a person's account."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from accounts.authentication.proofs import Strength
from accounts.models import Enrolment, Membership, Organisation, User
from devices.factors.provisioning import key_of
from devices.models import Authenticator
from tests.accounts.helpers import seen
from tests.attacks.tools import html_of
from tests.people import Person, code_of, enter, make_person
from tests.phones import give_app
from tests.work import WHY, code_for, give_enrolment, make_organisation, set_up

Browsers = Callable[..., Any]
LIST = "/admin/organisations/"


@pytest.fixture
def desk(client: Any, sue: Person) -> Any:
    """The browser of sue, at work."""
    return enter(client, sue, Strength.TWO_STEP)


@pytest.fixture
def boss(client: Any, root: Person) -> Any:
    """The browser of a superuser."""
    return enter(client, root, Strength.TWO_STEP)


def page(person: Person, rest: str = "") -> str:
    return f"/admin/accounts/{person.user.public_id}/{rest}"


def of(account: Enrolment, act: str) -> str:
    base = f"/admin/accounts/{account.user.public_id}/enrolments/"
    return f"{base}{account.public_id}/{act}/"


def to_enrol(firm: Organisation, **other: str) -> dict[str, str]:
    return {"organisation": str(firm.public_id), "label": "alice@work", "reason": WHY, **other}


def test_a_superuser_adds_and_changes_an_organisation(boss: Any) -> None:
    answer = boss.post(f"{LIST}add/", {"name": " Example \n Ltd ", "help": "Room 12"})
    firm = Organisation.objects.get(name="Example Ltd")
    assert answer["Location"] == f"{LIST}{firm.public_id}/"
    assert "Room 12" in boss.get(LIST).text
    boss.post(f"{LIST}{firm.public_id}/edit/", {"name": "Example GmbH", "help": ""})
    firm.refresh_from_db()
    assert (firm.name, firm.help) == ("Example GmbH", "")


def test_a_change_leaves_who_what_before_and_after_and_is_told(boss: Any, root: Person) -> None:
    boss.post(f"{LIST}add/", {"name": "Example Ltd", "help": "Call +31 20 555 01 23"})
    firm = Organisation.objects.get()
    now = {"name": "Example GmbH", "help": "Call 020 555 9876 or desk@example.org, room 12"}
    for _twice in range(2):  # the second changes nothing
        boss.post(f"{LIST}{firm.public_id}/edit/", now)
    added, changed = root.user.events.filter(kind__startswith="organisation:").order_by("pk")
    assert (added.kind, changed.kind) == ("organisation:added", "organisation:changed")
    assert changed.session
    assert changed.details == {
        "organisation": "Example GmbH",
        "organisation_id": str(firm.public_id),
        "reworded": True,
        "name_before": "Example Ltd",
        "name_after": "Example GmbH",
        "help_before": "Call •••• 23",
        "help_after": "Call •••• 76 or d••••@example.org, room 12",
    }
    told = [each for each in mail.outbox if "organisation was changed" in each.subject]
    assert len(told) == root.user.email_addresses.verified().count()
    for said in ("Example Ltd", "Example GmbH", "•••• 23", "•••• 76"):
        assert said in told[0].body
        assert said in html_of(told[0])
    assert "555" not in told[0].body
    assert "Details of Example GmbH changed" in seen(boss.get("/security/activity/"))


@pytest.mark.parametrize("name", ["", " ", "\u200b", "Example Ltd", "EXAMPLE ltd", "x" * 81])
def test_a_name_can_be_seen_and_is_the_only_one(boss: Any, name: str) -> None:
    make_organisation("Example Ltd")
    answer = boss.post(f"{LIST}add/", {"name": name})
    assert answer.status_code == 200
    assert "error" in answer.text
    assert Organisation.objects.count() == 1


def test_support_may_look_and_not_change(desk: Any, alice: Person) -> None:
    firm = make_organisation("Example Ltd")
    assert "Add an organisation" not in desk.get(LIST).text
    assert "Change" not in desk.get(f"{LIST}{firm.public_id}/").text
    for path in (f"{LIST}add/", f"{LIST}{firm.public_id}/edit/"):
        assert desk.get(path).status_code == 403
        assert desk.post(path, {"name": "Mine"}).status_code == 403
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Example Ltd"]


def test_enrolling_lets_the_person_set_it_up_and_tells_them(
    desk: Any, alice: Person, sue: Person
) -> None:
    firm = make_organisation("Example Ltd")
    answer = desk.post(page(alice, "enrol/"), to_enrol(firm), follow=True)
    assert "can set up the account with Example Ltd now" in answer.text
    (account,) = alice.reload().organisation_accounts
    assert (account.state, account.label, account.reason) == ("approved", "alice@work", WHY)
    assert account.approved_by_id == sue.user.pk
    assert Membership.objects.filter(user=alice.user, organisation=firm).exists()
    event = alice.user.events.exclude(kind="staff:looked").get()
    assert (event.kind, event.actor_id) == ("work:approved", sue.user.pk)
    assert event.details == {"organisation": "Example Ltd", "reason": WHY}
    assert {message.to[0] for message in mail.outbox} == {
        row.address for row in alice.user.email_addresses.verified()
    }
    assert WHY in html_of(mail.outbox[0])
    assert alice.address in seen(desk.get(f"{LIST}{firm.public_id}/"))


def test_nobody_has_two_accounts_with_one_organisation(desk: Any, alice: Person) -> None:
    firm = make_organisation()
    give_enrolment(alice, firm)
    answer = desk.post(page(alice, "enrol/"), to_enrol(firm), follow=True)
    assert "There is no organisation to enrol this person in." in seen(answer)
    make_organisation()
    answer = desk.post(page(alice, "enrol/"), to_enrol(firm))
    assert answer.status_code == 200
    assert alice.user.enrolments.count() == 1
    assert alice.kinds() == []


@pytest.mark.parametrize("other", [{"reason": "short"}, {"label": " "}, {"organisation": "x"}])
def test_what_is_missing_is_asked_for(desk: Any, alice: Person, other: dict[str, str]) -> None:
    answer = desk.post(page(alice, "enrol/"), to_enrol(make_organisation(), **other))
    assert answer.status_code == 200
    assert not alice.user.enrolments.exists()


def test_a_request_stands_in_the_list_until_it_is_answered(
    desk: Any, alice: Person, bob: Person
) -> None:
    account = give_enrolment(alice, state="asked")
    give_enrolment(bob, state="action_required")
    listed = desk.get("/admin/requests/").text
    assert "1 person asks their organisation" in listed
    assert alice.address in listed
    assert bob.address not in listed
    answer = desk.post(of(account, "approve"), {"checked": "nobody", "reason": WHY}, follow=True)
    assert "We’ll notify the person." in answer.text
    account.refresh_from_db()
    assert account.state == "approved"
    assert alice.address not in desk.get("/admin/requests/").text
    assert alice.kinds() == ["work:approved", "staff:looked"]  # the page of the account came after


def test_the_list_of_requests_goes_on_page_by_page(desk: Any) -> None:
    first_one, firm = make_person("asks"), make_organisation()
    users = User.objects.bulk_create(
        User(email=f"waits-{number}@latchkey.example", email_key=f"waits-{number}@latchkey.example")
        for number in range(25)
    )
    give_enrolment(first_one, firm, state="asked")
    asked = Enrolment.objects.get()
    Enrolment.objects.bulk_create(
        Enrolment(user=user, organisation=firm, label="x", state="asked", asked_at=asked.asked_at)
        for user in users
    )
    first, second = (desk.get(f"/admin/requests/?page={number}").text for number in (1, 2))
    assert "26 people ask" in first
    assert first_one.address in first
    assert "waits-24@latchkey.example" not in first
    assert "waits-24@latchkey.example" in second


def test_an_approval_twice_is_one_event(desk: Any, alice: Person) -> None:
    account = give_enrolment(alice, state="asked")
    desk.post(of(account, "approve"), {"checked": "nobody", "reason": WHY})
    answer = desk.post(of(account, "approve"), {"checked": "nobody", "reason": WHY}, follow=True)
    assert "There was nothing to approve." in answer.text
    assert alice.kinds() == ["work:approved", "staff:looked"]


def test_ending_an_account_erases_its_secret_and_what_it_let_in(
    desk: Any, new_client: Browsers, alice: Person, client: Any, sue: Person
) -> None:
    account = give_enrolment(alice)
    secret = set_up(account, give_app(alice, new_client(), phone=alice.phone))
    inside = enter(new_client(), alice, Strength.TWO_STEP)
    answer = desk.post(of(account, "end"), {"checked": "nobody", "reason": WHY}, follow=True)
    assert "The account has ended." in answer.text
    account.refresh_from_db()
    assert account.state == "ended"
    assert not Authenticator.objects.filter(pk=secret.pk).exists()
    assert alice.authenticator.confirmed
    assert inside.get("/security/").status_code == 302
    assert not Membership.objects.filter(user=alice.user).exists()
    event = alice.user.events.get(kind="work:ended")
    assert (event.actor_id, event.details["reason"]) == (
        sue.user.pk,
        f"{WHY} (Checked: nobody asked for it.)",
    )
    browser = new_client()
    browser.post("/sign-in/", {"email": alice.address, "password": alice.password})
    browser.post("/sign-in/authenticator/", {"code": code_of(secret, 1)})
    assert browser.get("/security/").status_code == 302
    assert (
        "It had already ended."
        in desk.post(of(account, "end"), {"checked": "nobody", "reason": WHY}, follow=True).text
    )


def test_an_ended_account_can_be_given_again(desk: Any, alice: Person) -> None:
    firm = make_organisation()
    give_enrolment(alice, firm, state="ended")
    desk.post(page(alice, "enrol/"), to_enrol(firm))
    assert alice.user.enrolments.current().get().state == "approved"


@pytest.mark.parametrize("act", ["approve", "end", "enrol"])
def test_nobody_acts_on_their_own_account_or_a_colleagues(
    desk: Any, sue: Person, root: Person, act: str
) -> None:
    for person in (sue, root):
        account, firm = give_enrolment(person, state="asked"), make_organisation()
        path = page(person, "enrol/") if act == "enrol" else of(account, act)
        assert desk.get(path).status_code == 403
        assert desk.post(path, to_enrol(firm)).status_code == 403
        account.refresh_from_db()
        assert account.state == "asked"
        assert person.kinds() == []
        assert person.user.enrolments.count() == 1


@pytest.mark.parametrize("act", ["approve", "end"])
def test_an_account_is_found_at_its_person_only(
    desk: Any, alice: Person, bob: Person, act: str
) -> None:
    account = give_enrolment(alice, state="asked")
    path = of(account, act).replace(str(alice.user.public_id), str(bob.user.public_id))
    assert desk.get(path).status_code == 404
    assert desk.post(path, {"checked": "nobody", "reason": WHY}).status_code == 404


def test_no_staff_page_shows_a_secret_or_a_code(
    desk: Any, new_client: Browsers, alice: Person
) -> None:
    account = give_enrolment(alice)
    app = give_app(alice, new_client(), phone=alice.phone)
    secret = set_up(account, app)
    Enrolment.objects.filter(pk=account.pk).update(state="approved")
    code = code_for(account, app)
    paths = [page(alice), page(alice, "activity/"), page(alice, "enrol/"), LIST]
    paths += [of(account, "approve"), of(account, "end"), "/admin/requests/"]
    paths += [f"{LIST}{account.organisation.public_id}/"]
    for path in paths:
        seen = desk.get(path).text
        assert account.organisation.name in seen or path in (paths[2], paths[6], paths[1]), path
        for hidden in (code, key_of(secret), code_of(secret), "#work/", secret.secret.hex()):
            assert hidden not in seen, path


def test_what_an_organisation_is_called_is_inert(boss: Any, alice: Person) -> None:
    name = "<script>alert(1)</script>{{7*7}} %s"
    firm = make_organisation(name)
    boss.post(page(alice, "enrol/"), to_enrol(firm))
    for path in (page(alice), LIST, f"{LIST}{firm.public_id}/"):
        assert "<script>alert" not in boss.get(path).text
        assert "&lt;script&gt;" in boss.get(path).text
    assert "<script>" not in html_of(mail.outbox[0])
