"""The doors of the staff site: one, and only with a strong, fresh step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib import admin
from django.utils import timezone

from accounts.authentication.proofs import Proof, Strength
from accounts.links.invitations import invite
from accounts.models import Invitation, Organisation, RecoveryCase, Role, User
from tests.accounts.helpers import seen
from tests.cases import give_case
from tests.live import fresh_address
from tests.people import Person, enter, make_person, sign_in, the_passkey, the_session
from tests.work import give_enrolment, make_organisation

STRONG = Strength.TWO_STEP


def pages(person: Person) -> list[str]:
    """Every address of the staff site, for one account."""
    work = person.user.enrolments.first() or give_enrolment(person)
    if Organisation.objects.count() < 2:  # without a second one there is nothing to enrol in
        make_organisation()
    asked = Invitation.objects.first() or invite(actor=None, address=fresh_address("asked"))
    account, firms = f"/admin/accounts/{person.user.public_id}/", "/admin/organisations/"
    firm, enrolled = f"{firms}{work.organisation.public_id}/", f"enrolments/{work.public_id}/"
    session, passkey = the_session(person), the_passkey(person)
    acts = [
        "freeze/",
        "lock/",
        "unlock/",
        "end-sessions/",
        "role/",
        "name/",
        "require-password/",
        "send-reset/",
        "open-case/",
        "discard-codes/",
        f"sessions/{session.public_id}/end/",
        f"passkeys/{passkey.public_id}/remove/",
        f"phones/{person.phone.public_id}/unlink/",
    ]
    acts += [
        "dispute/keep/",
        "enrol/",
        f"{enrolled}approve/",
        f"{enrolled}decline/",
        f"{enrolled}end/",
    ]
    invited = f"/admin/invitations/{asked.public_id}/"
    case = RecoveryCase.objects.filter(user=person.user).first() or give_case(person)
    recovery = f"/admin/recovery/{case.public_id}/"
    lists = [
        "/admin/",
        "/admin/recovery/",
        "/admin/log/",
        f"/admin/accounts/bulk/?act=lock&account={person.user.public_id}",
        "/admin/log/export/",
        recovery,
        f"{recovery}approve/",
        f"{recovery}decline/",
        "/admin/accounts/",
        "/admin/requests/",
        "/admin/invitations/",
        "/admin/invitations/add/",
        f"{invited}send/",
        f"{invited}withdraw/",
        firms,
        f"{firms}add/",
    ]
    shown = [account, f"{account}activity/", f"{account}handshake/", f"{account}notes/"]
    managers = f"{firm}members/{person.user.public_id}/manager/give/"
    return [*lists, firm, f"{firm}edit/", managers, *shown, *(account + act for act in acts)]


def test_the_pages_above_are_all_there_are(client: Any, alice: Person) -> None:
    assert len(pages(alice)) == len(admin.site.get_urls())


def test_staff_come_in_through_the_portals_own_sign_in(client: Any, sue: Person) -> None:
    answer = client.get("/admin/")
    assert answer.url == "/sign-in/?next=/admin/"
    client.post(answer.url, {"email": sue.address, "password": sue.password})
    answer = client.post("/sign-in/authenticator/", {"code": sue.fresh_code()}, follow=True)
    assert answer.redirect_chain == [("/admin/", 302), ("/admin/accounts/", 302)]
    assert sue.address in seen(answer)


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signed_in_sees_nothing(client: Any, alice: Person, method: str) -> None:
    for page in pages(alice):
        answer = getattr(client, method)(page)
        assert answer.status_code == 302
        assert answer.url.startswith("/sign-in/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_for_who_is_not_staff_the_site_does_not_exist(
    client: Any, alice: Person, bob: Person, method: str
) -> None:
    enter(client, bob, STRONG)
    for page in pages(alice):
        answer = getattr(client, method)(page)
        assert answer.status_code == 404
        assert alice.address not in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stale_step_leads_to_the_step_up_and_changes_nothing(
    client: Any, alice: Person, sue: Person, method: str
) -> None:
    enter(client, sue, STRONG)
    with time_machine.travel(timezone.now() + settings.STEP_UP_AGE + timedelta(seconds=1)):
        for page in pages(alice):
            answer = getattr(client, method)(
                page, {"checked": "nobody", "reason": "a good long reason"}
            )
            assert answer.status_code == 302
            assert answer.url.startswith("/confirm/?next=%2Fadmin%2F")
            assert answer.url.partition("&held=")[0].endswith("&for=two-step")
    assert alice.reload().is_active
    assert alice.kinds() == []


def test_a_code_by_mail_opens_no_page(client: Any, alice: Person, sue: Person) -> None:
    enter(client, sue, Strength.RECOVERED)
    assert {client.get(page).status_code for page in pages(alice)} == {302}


def test_staff_without_two_step_are_led_to_set_it_up(client: Any, alice: Person) -> None:
    new = make_person("newcomer", role=Role.SUPPORT)
    enter(client, new, Strength.PASSWORD)
    answer = client.get("/admin/accounts/")
    assert answer.url == "/security/two-step/"
    assert "Turn on two-step verification to see accounts." in client.get(answer.url).text


def test_an_authenticator_without_two_step_opens_nothing(client: Any, sue: Person) -> None:
    User.objects.filter(pk=sue.user.pk).update(two_step_since=None)
    enter(client, sue, [Proof.now("authenticator", STRONG, sue.authenticator.factor)])
    assert client.get("/admin/accounts/").url == "/security/two-step/"


def test_who_becomes_staff_in_a_running_session_still_needs_a_strong_step(
    client: Any, alice: Person, carol: Person
) -> None:
    enter(client, carol, Strength.PASSWORD)
    User.objects.filter(pk=carol.user.pk).update(role=Role.ADMINISTRATOR, is_staff=True)
    assert {client.get(page).status_code for page in pages(alice)} == {302}


def test_a_locked_member_of_staff_is_out_at_once(client: Any, sue: Person) -> None:
    enter(client, sue, STRONG)
    assert client.get("/admin/accounts/").status_code == 200
    User.objects.filter(pk=sue.user.pk).update(is_active=False)
    assert client.get("/admin/accounts/").url.startswith("/sign-in/")


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "logout/",
        "password_change/",
        "password_change/done/",
        "autocomplete/",
        "jsi18n/",
        "accounts/user/",
        "accounts/user/add/",
        "accounts/user/1/change/",
        "accounts/user/1/delete/",
        "accounts/user/1/history/",
        "accounts/user/1/password/",
        "auth/group/",
        "otp/",
        "r/1/1/",
    ],
)
def test_djangos_own_doors_are_not_there(client: Any, root: Person, path: str) -> None:
    enter(client, root, STRONG)
    assert client.get(f"/admin/{path}").status_code == 404
    assert client.post(f"/admin/{path}", {"username": root.address}).status_code == 404


def test_only_accounts_are_registered() -> None:
    assert list(admin.site._registry) == [User]


def test_the_staff_pages_are_kept_out_of_caches(client: Any, alice: Person, sue: Person) -> None:
    enter(client, sue, STRONG)
    for page in pages(alice):
        answer = client.get(page)
        assert "no-store" in answer["Cache-Control"]
        assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_no_page_has_an_inline_script_or_style(client: Any, alice: Person, sue: Person) -> None:
    enter(client, sue, STRONG)
    for page in pages(alice)[1:]:
        text = client.get(page).getvalue().decode()
        assert "<script>" not in text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text


def test_no_page_shows_a_secret(
    client: Any, new_client: Callable[..., Any], alice: Person, root: Person
) -> None:
    sign_in(new_client(), alice)
    enter(client, root, STRONG)
    user = alice.reload()
    secrets: list[Any] = [user.password, user.password.split("$")[-1], *alice.codes, alice.code()]
    secrets += [row.hash for row in user.recovery_code_sets.get().codes.all()]
    secrets += [session.session_key for session in user.sessions.all()]
    secrets += [alice.authenticator.secret.hex(), str(alice.authenticator.public_id)]
    until = timezone.now() + timedelta(days=1)
    User.objects.filter(pk=user.pk).update(disputed_until=until)  # or it has no page of disputes
    for page in pages(alice)[1:]:
        answer = client.get(page)
        text = answer.getvalue().decode()
        if not page.endswith(("/send/", "/withdraw/")):  # buttons without a page of their own
            assert answer.status_code == 200, page
            assert "•" in text or alice.address in text or "Accounts" in text or "colleague" in text
        assert not [secret for secret in secrets if secret in text]
        assert "otpauth" not in text
