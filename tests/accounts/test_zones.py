"""Times are told in the zone of the browser, on pages, and in mails in the one last known."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.authentication.proofs import Strength
from accounts.models import SecurityEvent, User
from devices.models import Authenticator
from tests.accounts.helpers import seen
from tests.conftest import SecureClient
from tests.people import Person, enter, give_passkey, sign_in

COOKIE = settings.ZONE_COOKIE_NAME
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
Browsers = Callable[..., Client]


def happened(client: Client, person: Person) -> Client:
    """Let something have happened at noon (UTC) of a day in summer."""
    SecurityEvent.objects.create(user_id=person.user.pk, kind="two_step:on", at=NOON)
    return enter(client, person, Strength.TWO_STEP)


def clocks(client: Client) -> list[str]:
    """The times of the activity page, as the site wrote them."""
    page = client.get("/security/activity/").text
    found = re.findall(r'<time [^>]*data-when="moment">(.*?)</time>', page)
    return [strip_tags(each) for each in found]


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Asia/Kolkata", "1 Jun 2026, 17:30 IST"),
        ("Asia/Calcutta", "1 Jun 2026, 17:30 IST"),
        ("America/St_Johns", "1 Jun 2026, 09:30 NDT"),
        ("Pacific/Kiritimati", "2 Jun 2026, 02:00 +14"),
    ],
)
def test_a_page_tells_times_in_the_zone_of_the_browser(
    client: Client, bob: Person, zone: str, written: str
) -> None:
    happened(client, bob)
    client.cookies[COOKIE] = zone
    assert written in clocks(client)


@pytest.mark.parametrize(
    "zone", ["", "Mars/Phobos", "../../etc/passwd", "/etc/localtime", "Asia/Kolkata\x00", "x" * 999]
)
def test_what_is_no_zone_is_passed_over(client: Client, bob: Person, zone: str) -> None:
    happened(client, bob)
    client.cookies[COOKIE] = zone
    assert "1 Jun 2026, 12:00 UTC" in clocks(client)


def test_the_zone_ends_with_the_answer(client: Client, new_client: Browsers, bob: Person) -> None:
    client.cookies[COOKIE] = "Asia/Kolkata"
    assert "1 Jun 2026, 17:30 IST" in clocks(happened(client, bob))
    assert timezone.get_current_timezone_name() == "UTC"
    assert "1 Jun 2026, 12:00 UTC" in clocks(enter(new_client(), bob, Strength.TWO_STEP))


def test_sentences_too_have_the_clock_and_the_day_of_the_browser(
    client: Client, bob: Person
) -> None:
    give_passkey(bob)
    until, made = datetime(2099, 6, 1, 12, tzinfo=UTC), datetime(2026, 6, 1, 20, tzinfo=UTC)
    Authenticator.objects.filter(phone=bob.phone).update(trusted_from=until)
    bob.user.recovery_code_sets.update(created_at=made)
    client.cookies[COOKIE] = "Asia/Kolkata"
    enter(client, bob, Strength.TWO_STEP)
    lost = bob.user.passkeys.get().public_id
    drill = seen(client.get(f"/security/fire-drill/?lost={lost}"))
    assert "Pixel 8 is fully active from 1 Jun 2099, 17:30 IST." in drill
    assert "from the sheet of 2 June 2026" in seen(client.get("/security/two-step/"))


def test_mails_tell_times_in_the_zone_of_the_last_sign_in(
    client: Client, bob: Person, sue: Person
) -> None:
    client.cookies[COOKIE] = "America/St_Johns"
    sign_in(client, bob)
    assert bob.reload().last_zone == "America/St_Johns"
    assert re.search(r"N[SD]T$", time_of_a_mail(sue, bob))


def test_a_browser_that_names_no_zone_leaves_the_last_one(
    client: Client, bob: Person, sue: Person
) -> None:
    User.objects.filter(pk=bob.user.pk).update(last_zone="Asia/Kolkata")
    sign_in(client, bob)
    assert bob.reload().last_zone == "Asia/Kolkata"
    assert time_of_a_mail(sue, bob).endswith("IST")


def test_a_zone_that_is_no_more_gives_the_portals_own(bob: Person, sue: Person) -> None:
    User.objects.filter(pk=bob.user.pk).update(last_zone="Mars/Phobos")
    assert time_of_a_mail(sue, bob).endswith("UTC")


def time_of_a_mail(staff: Person, person: Person) -> str:
    """When a mail says that staff, who are elsewhere, locked the account of the person."""
    client = enter(SecureClient(), staff, Strength.TWO_STEP)
    client.cookies[COOKIE] = "Pacific/Kiritimati"
    page = f"/admin/accounts/{person.user.public_id}/lock/"
    assert (
        client.post(page, {"checked": "nobody", "reason": "Called us from abroad."}).status_code
        == 302
    )
    sent = [each for each in mail.outbox if person.address in each.to][-1]
    found = re.search(r"^When: (.*)$", str(sent.body), re.MULTILINE)
    assert found
    return found[1]
