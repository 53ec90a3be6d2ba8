"""The list of accounts: found in a second, nothing counted, no look-up that reads secrets."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.account_search import MOST_FOUND, search
from accounts.admin import MOST_PAGES, ROWS_A_PAGE
from accounts.authentication.proofs import Strength
from accounts.models import EmailAddress, Organisation, User
from tests.accounts.helpers import seen
from tests.cases import give_case
from tests.people import Person, enter, give_address, sign_in
from tests.work import give_enrolment, make_organisation

LIST = "/admin/accounts/"


@pytest.fixture
def staff(client: Any, sue: Person) -> Any:
    return enter(client, sue, Strength.TWO_STEP)


def crowd(size: int) -> None:
    people = [
        User(email=f"crowd{n}@example.org", email_key=f"crowd{n}@example.org", password="!")
        for n in range(size)
    ]
    User.objects.bulk_create(people)


def found(answer: Any) -> list[str]:
    return [user.email for user in answer.context["cl"].result_list]


def test_newest_accounts_come_first(staff: Any, alice: Person, bob: Person) -> None:
    assert found(staff.get(LIST))[:2] == [bob.address, alice.address]


@pytest.mark.parametrize("query", ["{a}", "{u}", " {a} ", "{p}", "{i}"])
def test_an_account_is_found_by_its_address_the_beginning_or_its_id(
    staff: Any, alice: Person, bob: Person, query: str
) -> None:
    address = alice.address
    spelled = query.format(a=address, u=address.upper(), p=address[:12], i=alice.user.public_id)
    assert found(staff.get(LIST, {"q": spelled})) == [address]


def test_an_account_is_found_by_its_second_address(staff: Any, bob: Person) -> None:
    second = give_address(bob)
    assert found(staff.get(LIST, {"q": second.address})) == [bob.address]


@pytest.mark.parametrize("query", ["+31 6 12345678", "06-12345678", "(06) 1234 5678", "0612345678"])
def test_an_account_is_found_by_its_number_however_it_is_written(
    staff: Any, alice: Person, bob: Person, query: str, settings: Settings
) -> None:
    settings.SMS_COUNTRIES = ["NL", "BE"]
    for person, number in ((alice, "+31612345678"), (bob, "+31612345679")):
        person.user.phone_numbers.create(number=number, verified_at=timezone.now())
    assert found(staff.get(LIST, {"q": query})) == [alice.address]
    alice.user.phone_numbers.update(verified_at=None)
    assert found(staff.get(LIST, {"q": query})) == []


def test_an_account_is_found_by_its_whole_name(staff: Any, alice: Person, bob: Person) -> None:
    for person in (alice, bob):
        User.objects.filter(pk=person.user.pk).update(name=f"Zoë {person.address[:4]} de Vries")
    assert found(staff.get(LIST, {"q": f" zoë {alice.address[:4]} DE vries "})) == [alice.address]
    assert found(staff.get(LIST, {"q": "Zoë"})) == []


def test_accounts_are_found_by_the_domain_of_an_address(
    staff: Any, alice: Person, bob: Person, carol: Person
) -> None:
    for person, address in ((alice, "alice@firm.example"), (bob, "bob@sub.firm.example")):
        EmailAddress.objects.create(user=person.user, address=address, verified_at=timezone.now())
    EmailAddress.objects.create(user=carol.user, address="carol@firm.example")  # not confirmed
    for query in ("@firm.example", " @FIRM.example "):
        assert found(staff.get(LIST, {"q": query})) == [alice.address]
    assert found(staff.get(LIST, {"q": "@"})) == []


def test_accounts_are_found_by_the_name_of_their_organisation(
    staff: Any, alice: Person, bob: Person
) -> None:
    give_enrolment(alice, make_organisation("Example Ltd"))
    give_enrolment(bob, make_organisation("Example"))
    assert found(staff.get(LIST, {"q": "example LTD"})) == [alice.address]
    give_enrolment(bob, make_organisation("EXAMPLE LTD"))  # another one
    assert found(staff.get(LIST, {"q": "example LTD"})) == [bob.address, alice.address]


def test_of_very_many_the_newest_are_found(staff: Any, alice: Person) -> None:
    crowd(MOST_FOUND + 5)
    people = User.objects.filter(email__startswith="crowd").order_by("pk")
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, address=user.email, key=user.email, verified_at=timezone.now())
        for user in people
    )
    kept = search("@example.org")
    assert set(User.objects.filter(kept)) == set(people[5:])


@pytest.mark.parametrize(
    ("term", "index"),
    [
        ("@firm.example", "address_domain"),
        ("alice@firm.example", "verified_address_of_one"),
        ("Example Ltd", "organisation_name"),
        ("Example Ltd", "user_name"),
    ],
)
def test_each_search_goes_by_its_index(rows: None, term: str, index: str) -> None:
    crowd(2000)  # in a table of a few rows PostgreSQL reads whatever it likes
    people = list(User.objects.filter(email__startswith="crowd").order_by("pk"))
    for person in people:
        person.name = f"Name {person.pk}"
    User.objects.bulk_update(people, ["name"], batch_size=200)
    addresses = [(person, f"x@{person.pk}.example", timezone.now()) for person in people]
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, address=address, key=address, verified_at=now)
        for user, address, now in addresses
    )
    Organisation.objects.bulk_create(Organisation(name=f"Firm {n}") for n in range(2000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        with CaptureQueriesContext(connection) as queries:
            list(User.objects.filter(search(term)))
        plans = []
        for query in [query["sql"] for query in queries if query["sql"].startswith("SELECT")]:
            how = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
            cursor.execute(how + query)
            plans += [str(row) for row in cursor.fetchall()]
    assert any(index in plan for plan in plans), plans


def test_an_address_that_was_not_confirmed_finds_nobody(staff: Any, bob: Person) -> None:
    EmailAddress.objects.create(user=bob.user, address="mine@example.org")
    assert found(staff.get(LIST, {"q": "mine@example.org"})) == []


@pytest.mark.parametrize("query", ["%", "_", "\\", "nobody@", "x" * 5000, "\ud800", "\u202e", "٣"])
def test_odd_searches_find_nobody(staff: Any, alice: Person, query: str) -> None:
    answer = staff.get(LIST, {"q": query.encode(errors="replace")})
    assert answer.status_code in (200, 400)
    assert alice.address not in answer.text


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("locked", "carol"),
        ("staff", "sue"),
        ("two-step", "alice"),
        ("frozen", "bob"),
        ("recovery", "bob"),
        ("password", "bob"),
    ],
)
def test_the_list_is_narrowed_to_one_state(
    staff: Any, request: pytest.FixtureRequest, state: str, who: str
) -> None:
    people = {name: request.getfixturevalue(name) for name in ("alice", "bob", "carol", "sue")}
    now = timezone.now()
    marks = {"frozen_at": now, "case_opened_at": now, "password_required_at": now}
    User.objects.filter(pk=people["bob"].user.pk).update(**marks)
    User.objects.filter(pk=people["carol"].user.pk).update(is_active=False)
    assert people[who].address in found(staff.get(LIST, {"state": state}))
    others = found(staff.get(LIST, {"state": "no-two-step"}))
    assert others == [people["carol"].address]


@pytest.mark.parametrize(
    "query",
    [
        "password__startswith=argon2",
        "email_key__startswith=a",
        "id=1",
        "events__kind=x",
        "phones__authenticators__sealed_secret__gt=a",
        "is_staff__exact=1",
        "_to_field=password",
    ],
)
def test_other_look_ups_are_refused(staff: Any, alice: Person, query: str) -> None:
    answer = staff.get(f"{LIST}?{query}")
    assert answer.status_code == 400
    assert alice.address not in answer.text


@pytest.mark.parametrize(
    "query", ["state=other", "o=1", "p=-1", "p=0", "p=x", "p=99999999999", "all="]
)
def test_odd_queries_are_harmless(staff: Any, query: str) -> None:
    assert staff.get(f"{LIST}?{query}").status_code == 200


def test_the_next_page_goes_on_where_the_first_ended(staff: Any) -> None:
    crowd(ROWS_A_PAGE + 5)
    first, second = staff.get(LIST), staff.get(LIST, {"p": 2})
    assert 'rel="next"' in first.text
    assert len(found(first)) == ROWS_A_PAGE
    assert not set(found(first)) & set(found(second))
    assert 'rel="next"' not in second.text
    assert 'rel="prev"' in second.text


def test_a_page_link_keeps_the_search(staff: Any) -> None:
    crowd(ROWS_A_PAGE + 5)
    answer = staff.get(LIST, {"q": "crowd", "state": "no-two-step"})
    assert "?p=2&amp;q=crowd&amp;state=no-two-step" in answer.text
    assert len(found(staff.get("/admin/accounts/?p=2&q=crowd&state=no-two-step"))) == 5


def test_beyond_the_last_page_one_searches(staff: Any) -> None:
    assert staff.get(LIST, {"p": MOST_PAGES + 1}).context["cl"].page_num == MOST_PAGES


def test_a_page_costs_three_statements_however_many_accounts_there_are(
    staff: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for size in (0, ROWS_A_PAGE * 2):
        crowd(size)
        with django_assert_num_queries(3):  # the session, the person, the page
            staff.get(LIST)


def test_nothing_is_counted_and_no_hash_is_read(staff: Any) -> None:
    crowd(ROWS_A_PAGE + 1)
    with CaptureQueriesContext(connection) as queries:
        staff.get(LIST, {"q": "crowd"})
    *_others, page = [query["sql"] for query in queries]
    assert not [query for query in queries if "COUNT(" in query["sql"]]
    assert '"accounts_user"."password"' not in page
    assert f"LIMIT {ROWS_A_PAGE + 1}" in page


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_list_is_only_looked_at(staff: Any, method: str) -> None:
    send: Callable[..., Any] = getattr(staff, method)
    assert send(LIST).status_code == 405


def test_the_search_has_an_index_for_beginnings(db: None) -> None:
    """PostgreSQL needs one of its own beside the unique one, as its LIKE knows no collation."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "accounts_user").values()
    of_key = [each for each in found if each["columns"] == ["email_key"]]
    assert [each for each in of_key if each["unique"]]
    own = [each for each in of_key if not each["unique"]]
    assert len(own) == (1 if connection.vendor == "postgresql" else 0)


def test_staff_read_when_the_person_signed_in_last(
    client: Client, sue: Person, carol: Person, new_client: Callable[..., Client]
) -> None:
    enter(client, sue, Strength.TWO_STEP)
    path = f"/admin/accounts/{carol.user.public_id}/"
    assert "Last sign-in never" in seen(client.get(path))
    sign_in(new_client(), carol)
    assert "Last sign-in never" not in seen(client.get(path))


def test_without_organisations_enrolling_says_what_to_do(
    client: Client, root: Person, carol: Person
) -> None:
    enter(client, root, Strength.TWO_STEP)
    page = client.get(f"/admin/accounts/{carol.user.public_id}/enrol/", follow=True)
    assert "no organisation to enrol this person in. Add one first." in seen(page)
    assert "Add an organisation" in seen(page)


def test_staff_who_may_add_none_are_told_whom_to_ask(
    client: Client, sue: Person, carol: Person
) -> None:
    enter(client, sue, Strength.TWO_STEP)
    page = client.get(f"/admin/accounts/{carol.user.public_id}/enrol/", follow=True)
    assert "Ask an administrator for one." in seen(page)
    assert "Add one first" not in seen(page)
    assert "Add an organisation" not in seen(page)


def test_a_full_page_of_long_addresses_stays_light(staff: Any) -> None:
    now = timezone.now()
    marks = {"frozen_at": now, "case_opened_at": now, "password_required_at": now}
    names = [f"{n:02}-{'long' * 10}@example.org" for n in range(ROWS_A_PAGE + 1)]
    User.objects.bulk_create(User(email=name, email_key=name, name=name, **marks) for name in names)
    # The first visit adds 32,200 bytes of styles and scripts, and may weigh 60,000 in all.
    assert len(staff.get(LIST).content) < 27_000


def test_the_page_of_an_account_leads_to_the_request_for_it(staff: Any, alice: Person) -> None:
    page = f"{LIST}{alice.user.public_id}/"
    assert "See the request" not in staff.get(page).text
    case = give_case(alice)
    assert f"/admin/recovery/{case.public_id}/" in staff.get(page).text
