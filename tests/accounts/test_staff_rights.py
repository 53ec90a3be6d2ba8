"""Who may act on whom: never on oneself, never plain staff on colleagues, nothing by guessing."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from accounts import by_staff, staff
from accounts.activity.origin import HOST
from accounts.authentication.proofs import Strength
from accounts.models import Role, SecurityEvent, User
from devices import staff_acts
from tests.accounts.test_staff import ACTS, STAFF_KINDS, WHY, page
from tests.people import Person, enter, protected, sign_in


@pytest.fixture
def desk(client: Any, sue: Person) -> Any:
    """The browser of sue, at work."""
    return enter(client, sue, Strength.TWO_STEP)


@pytest.mark.parametrize("act", ["", *ACTS])
def test_nobody_acts_on_their_own_account_here(desk: Any, sue: Person, act: str) -> None:
    answer = desk.post(page(sue, act), {"checked": "nobody", "reason": WHY})
    assert answer.status_code == (403 if act else 405)
    assert "This is your own account." in desk.get(page(sue)).text
    assert not SecurityEvent.objects.filter(kind__in=STAFF_KINDS).exists()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [Role.RECOVERY_OFFICER, Role.ADMINISTRATOR])
def test_nobody_acts_on_a_colleague_of_the_same_or_a_higher_role(
    desk: Any, act: str, role: Role
) -> None:
    colleague = protected("colleague", role=role)
    assert desk.get(page(colleague, act)).status_code == 403
    assert desk.post(page(colleague, act), {"checked": "nobody", "reason": WHY}).status_code == 403
    assert colleague.kinds() == []
    text = desk.get(page(colleague)).text
    assert "You need a higher role to change it" in text
    assert "Lock this account" not in text


def test_an_administrator_acts_on_staff(client: Any, root: Person, sue: Person) -> None:
    enter(client, root, Strength.TWO_STEP)
    client.post(page(sue, "lock/"), {"checked": "nobody", "reason": WHY})
    assert not sue.reload().is_active


def test_the_acts_themselves_refuse_who_may_not(bob: Person, sue: Person, root: Person) -> None:
    for act in (by_staff.lock, by_staff.unlock, staff_acts.end_all_sessions):
        for actor, user in ((sue, root), (sue, sue), (bob, sue)):
            with pytest.raises(PermissionDenied):
                act(actor=actor.user, user=user.user, reason=WHY)
    with pytest.raises(PermissionDenied):
        staff_acts.unlink_phone(actor=sue.user, phone=root.phone, reason=WHY)
    assert root.phone.is_linked


def test_rights_given_since_the_page_was_read_count(bob: Person, sue: Person) -> None:
    User.objects.filter(pk=bob.user.pk).update(role=Role.ADMINISTRATOR, is_staff=True)
    with pytest.raises(PermissionDenied):
        by_staff.lock(actor=sue.user, user=bob.user, reason=WHY)


def test_a_form_changes_no_field_besides(desk: Any, bob: Person) -> None:
    more = {
        "is_staff": "1",
        "is_superuser": "1",
        "role": "4",
        "email": "evil@example.org",
        "actor": "1",
    }
    desk.post(page(bob, "lock/"), {"checked": "nobody", "reason": WHY, **more})
    user = bob.reload()
    assert [user.role, user.is_staff, user.is_active] == [Role.NONE, False, False]
    assert user.email != more["email"]


def test_another_persons_phone_is_not_unlinked(desk: Any, alice: Person, bob: Person) -> None:
    crossed = f"{page(alice)}phones/{bob.phone.public_id}/unlink/"
    unknown = f"{page(alice)}phones/{uuid4()}/unlink/"
    for address in (crossed, unknown):
        assert desk.get(address).status_code == 404
        assert (
            "not linked"
            in desk.post(address, {"checked": "nobody", "reason": WHY}, follow=True).text
        )
    assert bob.phone.is_linked
    assert alice.phone.is_linked


@pytest.mark.parametrize("act", ["", "activity/", "lock/", "unlock/", "end-sessions/"])
def test_an_unknown_account_is_not_found(desk: Any, act: str) -> None:
    for public_id in (uuid4(), "1", "x"):
        assert desk.get(f"/admin/accounts/{public_id}/{act}").status_code == 404


def test_being_made_staff_ends_sessions_and_is_told(client: Any, bob: Person) -> None:
    sign_in(client, bob)
    assert staff.set_role(bob.user, Role.SUPPORT, origin=HOST)
    assert not staff.set_role(bob.user, Role.SUPPORT, origin=HOST)
    assert client.get("/security/").url.startswith("/sign-in/")
    assert bob.kinds().count("account:role_given") == 1


def test_no_longer_being_staff_takes_all_rights(root: Person) -> None:
    assert staff.set_role(root.user, Role.NONE, origin=HOST)
    assert not staff.set_role(root.user, Role.NONE, origin=HOST)
    user = root.reload()
    assert [user.role, user.is_staff, user.is_superuser] == [Role.NONE, False, False]
    assert root.kinds() == ["account:staff_revoked"]


def test_a_form_from_another_site_does_nothing(
    new_client: Callable[..., Any], bob: Person, sue: Person
) -> None:
    browser = enter(new_client(enforce_csrf_checks=True), sue, Strength.TWO_STEP)
    assert [
        browser.post(page(bob, act), {"checked": "nobody", "reason": WHY}).status_code
        for act in ACTS
    ] == [403] * len(ACTS)
    assert bob.kinds() == []
