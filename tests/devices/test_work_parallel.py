"""Parallel calls about an account with an organisation: once means once.

They need rows that are really committed, and so the database of the running site.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts import organisation_accounts
from accounts.activity.origin import Origin
from accounts.models import Enrolment
from accounts.staff import Act, check
from core.web.http import RequestOrigin
from devices import staff_acts
from devices.authenticator import work_accounts
from devices.models import Authenticator, Phone
from tests.live import at_once
from tests.people import Person, code_of
from tests.phones import App, give_app
from tests.work import WHY, code_for, give_enrolment, make_organisation

VISITOR = RequestOrigin("192.0.2.7", "")
TIMES = 20
pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(autouse=True)
def _no_deliveries(settings: Any) -> None:
    settings.OUTBOX_DELIVERY = "worker"


@pytest.fixture
def account(bob: Person) -> Enrolment:
    return give_enrolment(bob)


@pytest.fixture
def app(bob: Person, client: Any) -> App:
    phone = Phone.objects.create(user=bob.user, name="Pixel 9", linked_at=timezone.now())
    return give_app(bob, client, phone=phone)


def wins(act: Callable[[], Any], times: int = TIMES) -> int:
    """Do it this often at once; return how often it was not refused."""

    def acted() -> bool:
        try:
            return act() is not False
        except (work_accounts.Unknown, organisation_accounts.AlreadyThere):
            return False
        finally:
            connection.close()

    return sum(at_once([acted] * times))


def test_of_twenty_claims_one_gets_the_secret(app: App, account: Enrolment) -> None:
    code = code_for(account, app)
    assert wins(lambda: work_accounts.claim(installation=app.installation, typed=code)) == 1
    assert Authenticator.objects.filter(enrolment=account).count() == 1


def test_of_ten_first_codes_one_is_told(app: App, account: Enrolment, bob: Person) -> None:
    work_accounts.claim(installation=app.installation, typed=code_for(account, app))
    row = Authenticator.objects.select_related("enrolment__organisation").get(enrolment=account)
    step = row.find_step(code_of(row))
    assert step is not None

    def confirm() -> None:
        work_accounts.confirm(authenticator=row, step=step, origin=Origin(VISITOR))

    assert wins(confirm, 10) == 1
    assert bob.kinds() == ["work:enrolled"]


def test_of_parallel_approvals_one_is_told(bob: Person, sue: Person) -> None:
    account = give_enrolment(bob, state="asked")
    rows = [Enrolment.objects.get(pk=account.pk) for _each in range(8)]
    assert (
        wins(
            lambda: organisation_accounts.approve(actor=sue.user, enrolment=rows.pop(), reason=WHY),
            8,
        )
        == 1
    )
    assert bob.kinds() == ["work:approved"]


def test_of_parallel_enrolments_one_is_made(bob: Person, sue: Person) -> None:
    firm = make_organisation()
    check(sue.user, bob.user, Act.ENROL)

    def enrol() -> None:
        organisation_accounts.enrol(
            actor=sue.user, user=bob.user, organisation=firm, label="bob", reason=WHY
        )

    assert wins(enrol, 8) == 1
    assert bob.kinds() == ["work:approved"]


def test_a_first_code_that_races_the_end_leaves_no_secret(
    app: App, account: Enrolment, bob: Person, sue: Person
) -> None:
    work_accounts.claim(installation=app.installation, typed=code_for(account, app))
    row = Authenticator.objects.select_related("enrolment__organisation").get(enrolment=account)
    step = row.find_step(code_of(row))
    assert step is not None
    acts: list[Callable[[], Any]] = [
        lambda: work_accounts.confirm(authenticator=row, step=step, origin=Origin(VISITOR)),
        lambda: staff_acts.end_enrolment(actor=sue.user, enrolment=account, reason=WHY),
    ]

    def closing(act: Callable[[], Any]) -> Callable[[], None]:
        def acted() -> None:
            try:
                act()
            except work_accounts.Unknown:
                pass
            finally:
                connection.close()

        return acted

    at_once([closing(act) for act in acts])
    assert not Authenticator.objects.filter(enrolment=account).exists()
    assert Enrolment.objects.get(pk=account.pk).state == "ended"
