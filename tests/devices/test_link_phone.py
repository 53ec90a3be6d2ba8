"""Linking a phone: named, scanned, proved by one code; replaced only by confirm-then-remove."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings, settings
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import HOST
from accounts.authentication.proofs import Proof, Strength, proofs_in
from accounts.authentication.throttling import budget_of
from devices.models import Authenticator, Phone
from devices.models.authenticator import step_now
from devices.models.phone import ABANDONED_KEPT
from devices.phones import linked_phones
from devices.views.phones.linking import FEW_CODES
from tests.people import Person, code_of, enter, give_codes, give_phone, proved


def begin(client: Client, name: str = "Pixel 9", query: str = "") -> str:
    response = client.post(f"/devices/link/{query}", {"name": name})
    assert response.status_code == 302
    return str(response["Location"])


def newest() -> Authenticator:
    return Authenticator.objects.order_by("-pk")[0]


def confirm(client: Client, url: str, code: str = "") -> Any:
    return client.post(url, {"code": code or code_of(newest())})


def with_mailbox(person: Person) -> list[Proof]:
    return [*proved(person, Strength.PASSWORD), *proved(person, Strength.RECOVERED)[1:]]


@pytest.fixture
def inside(client: Client, alice: Person, clock: time_machine.Traveller) -> Client:
    return enter(client, alice, Strength.TWO_STEP)


def test_a_phone_counts_once_its_code_was_typed(inside: Client, alice: Person) -> None:
    url = begin(inside)
    assert [phone.name for phone in alice.user.phones.linked()] == ["Pixel 8"]
    confirm(inside, url)
    assert [phone.name for phone in alice.user.phones.linked()] == ["Pixel 8", "Pixel 9"]
    assert alice.kinds() == ["phone:linked"]
    assert "Pixel 9 is linked" in inside.get("/devices/").content.decode()


def test_the_page_shows_the_secret_as_picture_and_letters(inside: Client) -> None:
    page = inside.get(begin(inside))
    text = page.content.decode()
    assert "<svg" in text
    assert "style=" not in text
    assert page["Cache-Control"].count("no-store") == 1
    groups = re.search(r"data-key>([A-Z2-7 ]+)<", text)
    assert groups
    assert all(len(group) == 4 for group in groups[1].split())


def test_a_wrong_code_shows_the_same_secret_again(inside: Client, alice: Person) -> None:
    url = begin(inside)
    key = re.search(r"data-key>([^<]+)<", inside.get(url).content.decode())
    page = confirm(inside, url, alice.wrong_code())
    assert "This code is wrong" in unescape(page.content.decode())
    assert key
    assert key[0] in page.content.decode()
    assert not newest().confirmed


def test_wrong_codes_are_counted(inside: Client, alice: Person) -> None:
    url = begin(inside)
    for _each in range(settings.FAILURES_BEFORE_WAIT):
        assert confirm(inside, url, alice.wrong_code()).status_code == 200
    page = confirm(inside, url)
    assert page.status_code == 429
    assert int(page["Retry-After"]) <= settings.FAILURE_WAIT.total_seconds()
    assert not newest().confirmed


def test_the_proving_code_cannot_be_used_again(inside: Client, alice: Person) -> None:
    url = begin(inside)
    code = code_of(newest())
    confirm(inside, url, code)
    assert newest().find_step(code) is None


def test_a_double_click_links_once(inside: Client, alice: Person) -> None:
    url = begin(inside)
    code = code_of(newest())
    confirm(inside, url, code)
    assert confirm(inside, url, code)["Location"] == "/devices/"
    assert alice.kinds() == ["phone:linked"]


def test_of_two_parallel_confirmations_the_second_changes_nothing(
    inside: Client, alice: Person
) -> None:
    begin(inside)
    authenticator = newest()
    values: dict[str, Any] = {
        "phone": authenticator.phone,
        "step": authenticator.find_step(code_of(authenticator)),
        "trusted_from": timezone.now(),
        "origin": HOST,
    }
    linked_phones.confirm(**values)
    with pytest.raises(linked_phones.AlreadyLinked):
        linked_phones.confirm(**values)
    assert alice.kinds() == ["phone:linked"]


def test_an_unproved_link_expires(
    inside: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    url = begin(inside)
    clock.shift(settings.PHONE_LINK_AGE)
    enter(inside, alice, Strength.TWO_STEP)
    assert confirm(inside, url)["Location"] == "/devices/link/"
    assert "has expired" in inside.get("/devices/link/").content.decode()
    clock.shift(ABANDONED_KEPT)
    assert linked_phones.delete_abandoned() == 2
    assert not Phone.objects.filter(name="Pixel 9").exists()


def test_only_so_many_phones(inside: Client, alice: Person, settings: LazySettings) -> None:
    settings.PHONES_A_PERSON = 2
    confirm(inside, begin(inside))
    page = inside.post("/devices/link/", {"name": "One more"})
    assert "which is the maximum" in page.content.decode()


def test_a_phone_linked_meanwhile_does_not_get_around_the_number(
    inside: Client, alice: Person, clock: time_machine.Traveller, settings: LazySettings
) -> None:
    settings.PHONES_A_PERSON = 2
    url = begin(inside)
    authenticator = newest()
    give_phone(alice, "iPhone 15")
    assert confirm(inside, url, code_of(authenticator))["Location"] == "/devices/"
    assert [phone.name for phone in alice.user.phones.linked()] == ["Pixel 8", "iPhone 15"]


def test_of_two_open_qr_codes_only_the_newest_binds(inside: Client, alice: Person) -> None:
    first, older = begin(inside), newest()
    second = begin(inside, "Pixel 10")
    assert confirm(inside, first, code_of(older))["Location"] == "/devices/link/"
    assert "or there is a newer one" in inside.get("/devices/link/").content.decode()
    assert not Authenticator.objects.filter(pk=older.pk).exists()
    confirm(inside, second)
    assert [phone.name for phone in alice.user.phones.linked()] == ["Pixel 8", "Pixel 10"]


def test_a_qr_code_binds_for_ten_minutes_whatever_the_page_says(
    inside: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    begin(inside)
    phone = newest().phone
    clock.shift(settings.PHONE_LINK_AGE)
    step = step_now()
    with pytest.raises(linked_phones.AlreadyLinked):
        linked_phones.confirm(phone=phone, step=step, trusted_from=timezone.now(), origin=HOST)
    assert [phone.name for phone in alice.user.phones.linked()] == ["Pixel 8"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  My \t phone ", "My phone"),
        ("evil\u202egnp", "evil gnp"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{7*7}} %s", "{{7*7}} %s"),
    ],
)
def test_a_name_is_one_line_of_inert_text(
    inside: Client, alice: Person, typed: str, kept: str
) -> None:
    confirm(inside, begin(inside, typed))
    assert alice.user.phones.linked().last().name == kept  # type: ignore[union-attr] # it is there
    text = inside.get("/devices/").content.decode()
    assert "<script>alert" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200b", "x" * 61, "nul\x00"])
def test_a_name_that_cannot_be_shown_is_refused(inside: Client, name: str) -> None:
    assert inside.post("/devices/link/", {"name": name}).status_code == 200
    assert not Phone.objects.begun().exists()


def test_a_password_alone_does_not_link_while_two_step_is_off(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert "for=mailbox" in client.get("/devices/link/")["Location"]
    assert "for=mailbox" in client.post("/devices/link/", {"name": "x"})["Location"]
    assert not Phone.objects.exists()
    enter(client, carol, with_mailbox(carol))
    assert client.get("/devices/link/").status_code == 200


def test_a_second_phone_asks_for_the_mailbox_as_well_while_two_step_is_off(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    give_phone(carol)
    enter(client, carol, Strength.PASSWORD)
    assert "for=mailbox" in client.get("/devices/link/")["Location"]


def test_the_first_phone_leads_on_to_recovery_codes_and_proves_two_step(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    enter(client, carol, with_mailbox(carol))
    response = confirm(client, begin(client))
    assert response["Location"] == "/security/recovery-codes/"
    newest_proof = proofs_in(client.session)[-1]
    assert newest_proof.strength == Strength.TWO_STEP
    assert newest().trusted_from == timezone.now()


def test_few_recovery_codes_lead_on_to_new_ones(inside: Client, alice: Person) -> None:
    give_codes(alice)
    rows = alice.user.recovery_code_sets.live().get().codes.all()
    used = [row.pk for row in rows[: settings.RECOVERY_CODES_A_SET - FEW_CODES]]
    rows.filter(pk__in=used).update(used_at=timezone.now())
    assert confirm(inside, begin(inside))["Location"] == "/security/recovery-codes/"


def test_a_phone_linked_in_a_recovered_session_waits(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    enter(client, alice, Strength.RECOVERED)
    confirm(client, begin(client))
    assert newest().trusted_from == timezone.now() + settings.RECOVERY_HOLD
    assert max(proof.strength for proof in proofs_in(client.session)) == Strength.RECOVERED
    assert "Can sign you in now." in client.get("/devices/").content.decode()


def test_after_a_saved_recovery_code_it_waits_a_day(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    saved = Proof.now("recovery-code", Strength.RECOVERED)
    enter(client, alice, [*proved(alice, Strength.PASSWORD), saved])
    confirm(client, begin(client))
    assert newest().trusted_from == timezone.now() + settings.RECOVERY_HOLD_SAVED_CODE


def test_a_stale_proof_links_nothing(
    inside: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    url = begin(inside)
    clock.shift(settings.STEP_UP_AGE + timedelta(seconds=1))
    assert confirm(inside, url)["Location"].startswith("/confirm/")
    assert not newest().confirmed


def test_a_strangers_link_is_not_found(
    inside: Client, new_client: Any, bob: Person, alice: Person
) -> None:
    url = begin(inside)
    stranger = enter(new_client(), bob, Strength.TWO_STEP)
    assert stranger.get(url).status_code == 404
    assert confirm(stranger, url).status_code == 404
    assert not newest().confirmed


def test_linking_gives_no_try_back(inside: Client, alice: Person) -> None:
    budget = budget_of(alice.user, "authenticator")
    budget.reserve()
    confirm(inside, begin(inside))
    assert budget.failures == 1


def test_the_first_phone_has_a_name_to_keep_and_a_further_one_asks_for_its_own(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    enter(client, carol, with_mailbox(carol))
    assert 'value="Phone"' in client.get("/devices/link/").text
    give_phone(carol)
    assert 'value="Phone"' not in client.get("/devices/link/").text
