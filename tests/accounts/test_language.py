"""English and Dutch: which one a page, a mail and a text message speak."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import User
from core.outbox.sms import SentText
from tests.accounts.helpers import ask, code_to, cookie_of, mailbox, seen, type_password
from tests.live import fresh_address
from tests.people import PASSWORD, Person, enter, sign_in
from tests.portal.dutch import english_in

PAGE = "/language/"
COOKIE = settings.LANGUAGE_COOKIE_NAME
DUTCH = {"Accept-Language": "nl-BE,nl;q=0.9,en;q=0.5"}
OVERVIEW = "/security/"
Browsers = Callable[..., Client]


def speaks(client: Client, path: str) -> str:
    """The language a page says to be in."""
    answer = client.get(path)
    assert f'<html lang="{answer["Content-Language"]}">' in answer.text
    return str(answer["Content-Language"])


def choose(client: Client, language: str, back: str = "") -> Any:
    return client.post(PAGE, {"language": language, "next": back})


def newest_subject(address: str) -> str:
    return str([sent for sent in mail.outbox if address in sent.to][-1].subject)


@pytest.mark.parametrize(
    ("asked", "given"), [("nl-BE,nl;q=0.9", "nl"), ("fr,de;q=0.9", "en"), ("en-GB,nl;q=0.9", "en")]
)
def test_the_browser_decides_while_nobody_chose(
    new_client: Browsers, db: None, asked: str, given: str
) -> None:
    assert speaks(new_client(headers={"Accept-Language": asked}), "/sign-in/") == given


def test_the_entrance_offers_the_other_language_and_comes_back_to_the_page(
    client: Client, db: None
) -> None:
    page = client.get("/sign-in/?next=/devices/").text
    assert '<button class="link-button" name="language" value="nl" lang="nl">Nederlands' in page
    form = f"{PAGE}?next=%2Fsign-in%2F%3Fnext%3D%252Fdevices%252F"
    assert f'action="{form}"' in page
    assert client.post(form, {"language": "nl"})["Location"] == "/sign-in/?next=%2Fdevices%2F"
    words = seen(client.get("/sign-in/"))
    assert "Aanmelden" in words
    assert "English" in words


def test_the_cookie_is_as_closed_as_the_others(client: Client, db: None) -> None:
    choose(client, "nl")
    cookie = client.cookies[COOKIE]
    assert COOKIE.startswith("__Host-")
    assert cookie["secure"]
    assert cookie["httponly"]
    assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")


@pytest.mark.parametrize("next_url", ["//evil.example/", "https://evil.example/", "/\\evil", ""])
def test_a_choice_leads_to_no_other_site(client: Client, db: None, next_url: str) -> None:
    assert choose(client, "nl", next_url).url == "/"


@pytest.mark.parametrize("language", ["fr", "nl;x", "../nl", "n" * 300])
def test_what_the_site_does_not_speak_is_not_kept(
    client: Client, alice: Person, language: str
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert choose(client, language).status_code == 200
    assert COOKIE not in client.cookies
    assert alice.reload().language == ""


def test_a_page_that_is_only_opened_changes_nothing(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert "Nederlands" in seen(client.get(f"{PAGE}?language=nl&next={OVERVIEW}"))
    assert COOKIE not in client.cookies
    assert alice.reload().language == ""


def test_the_choice_of_a_person_goes_with_them_to_every_browser(
    client: Client, new_client: Browsers, alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    answer = choose(client, "nl", "/security/contact/")
    assert answer.url == "/security/contact/"
    words = seen(client.get(answer.url))
    assert "Je taal is gewijzigd" in words
    assert "Taal Nederlands." in words
    other = new_client(headers={"Accept-Language": "en"})
    sign_in(other, alice)
    assert speaks(other, OVERVIEW) == "nl"
    assert speaks(other, "/devices/") == "nl"


def test_a_choice_outlives_signing_out_and_in(client: Client, alice: Person) -> None:
    sign_in(client, alice)
    choose(client, "nl")
    client.post("/sign-out/")
    assert speaks(client, "/sign-in/") == "nl"
    sign_in(client, alice)
    assert speaks(client, OVERVIEW) == "nl"


def test_leaving_it_to_the_browser_ends_the_choice(client: Client, alice: Person) -> None:
    sign_in(client, alice)
    choose(client, "nl")
    assert speaks(client, OVERVIEW) == "nl"
    choose(client, "")
    assert "Your language has been changed" in seen(client.get(OVERVIEW))
    assert alice.reload().language == ""
    client.post("/sign-out/")
    assert speaks(client, "/sign-in/") == "en"


def test_another_person_in_the_same_browser_keeps_their_own_language(
    client: Client, alice: Person, bob: Person
) -> None:
    sign_in(client, bob)
    choose(client, "en")
    client.post("/sign-out/")
    sign_in(client, alice)
    choose(client, "nl")
    client.post("/sign-out/")
    sign_in(client, bob)
    assert speaks(client, OVERVIEW) == "en"


def test_a_change_of_language_leaves_the_half_done_sign_in_where_it_is(
    client: Client, alice: Person
) -> None:
    type_password(client, alice)
    before = cookie_of(client)
    choose(client, "nl", "/sign-in/authenticator/")
    assert cookie_of(client) == before
    assert client.get(OVERVIEW)["Location"].startswith("/sign-in/")
    answer = client.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert answer["Location"] == OVERVIEW
    assert alice.reload().language == ""


def test_a_mail_that_english_staff_cause_speaks_the_persons_dutch(
    client: Client, alice: Person, sue: Person
) -> None:
    User.objects.filter(pk=alice.user.pk).update(language="nl")
    enter(client, sue, Strength.TWO_STEP)
    answer = client.post(
        f"/admin/accounts/{alice.user.public_id}/lock/",
        {"checked": "nobody", "reason": "She called."},
    )
    assert answer.status_code == 302
    sent = next(each for each in mail.outbox if alice.address in each.to)
    assert sent.subject == f"{settings.PORTAL_NAME}: je account is vergrendeld"
    assert "Wanneer:" in sent.body
    assert isinstance(sent, EmailMultiAlternatives)
    assert '<html lang="nl">' in str(sent.alternatives[0][0])


def test_mails_follow_the_pages_of_the_last_sign_in(new_client: Browsers, carol: Person) -> None:
    for headers, language, said in [
        (DUTCH, "nl", ""),
        (DUTCH, "nl", "een aanmelding in een nieuwe browser"),
        ({"Accept-Language": "en"}, "en", "a sign-in from a new browser"),
    ]:
        sign_in(new_client(headers=headers), carol)
        assert carol.reload().last_language == language
        subjects = [sent.subject for sent in mail.outbox]
        assert subjects[-1:] == ([f"{settings.PORTAL_NAME}: {said}"] if said else [])


def test_a_choice_counts_more_than_the_last_sign_in(new_client: Browsers, alice: Person) -> None:
    User.objects.filter(pk=alice.user.pk).update(language="nl", last_language="en")
    browser = new_client(headers={"Accept-Language": "en"})
    type_password(browser, alice)
    ask(browser, mailbox(alice))
    assert newest_subject(alice.address) == f"{settings.PORTAL_NAME}: je code om aan te melden"


def test_a_text_message_speaks_the_persons_language(
    client: Client, alice: Person, texts: list[SentText]
) -> None:
    User.objects.filter(pk=alice.user.pk).update(language="nl")
    type_password(client, alice)
    ask(client, alice.user.phone_numbers.order_by("pk")[0], "/sign-in/sms/")
    assert "is je code van" in texts[-1].text
    assert "om aan te melden." in texts[-1].text


def test_who_signs_up_in_dutch_gets_dutch_mail_from_the_first_code_on(
    new_client: Browsers, db: None
) -> None:
    browser, address = new_client(headers=DUTCH), fresh_address("pia")
    browser.post("/sign-up/", {"email": address, "name": "Pia", "password": PASSWORD})
    assert newest_subject(address) == f"{settings.PORTAL_NAME}: bevestig je adres"
    browser.post("/sign-up/confirm/", {"code": code_to(address)})
    assert User.objects.get(email=address).last_language == "nl"


def test_a_stranger_does_not_choose_the_language_of_a_reset(client: Client, alice: Person) -> None:
    User.objects.filter(pk=alice.user.pk).update(last_language="nl")
    client.post("/password/reset/", {"email": alice.address})
    assert newest_subject(alice.address) == f"{settings.PORTAL_NAME}: kies een nieuw wachtwoord"


def test_a_saved_sheet_of_codes_is_in_the_language_of_its_owner(
    client: Client, alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    choose(client, "nl")
    client.post("/security/recovery-codes/new/")
    sheet = client.get("/security/recovery-codes/download/").text
    assert sheet.startswith(f"Herstelcodes van {settings.PORTAL_NAME}, gemaakt op ")
    assert not english_in(sheet)


def test_what_staff_do_is_told_to_them_in_their_own_language(
    client: Client, alice: Person, sue: Person
) -> None:
    enter(client, sue, Strength.TWO_STEP)
    choose(client, "nl")
    act = f"/admin/accounts/{alice.user.public_id}/lock/"
    answer = client.post(
        act, {"checked": "nobody", "reason": "Gebeld met de helpdesk."}, follow=True
    )
    assert "Het account is vergrendeld." in seen(answer)
    assert newest_subject(alice.address) == f"{settings.PORTAL_NAME}: your account is locked"


def test_help_of_a_field_is_in_the_language_of_the_page(new_client: Browsers, db: None) -> None:
    least = settings.PASSWORD_MIN_LENGTH
    assert f"Minstens {least} tekens." in seen(new_client(headers=DUTCH).get("/sign-up/"))
    assert f"At least {least} characters." in seen(new_client().get("/sign-up/"))


def test_browsers_are_named_in_the_language_of_the_reader(
    new_client: Browsers, alice: Person
) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    client = new_client(headers={"User-Agent": agent})
    sign_in(client, alice)
    assert "Firefox on Linux" in seen(client.get("/security/activity/"))
    choose(client, "nl")
    assert "Firefox op Linux" in seen(client.get("/security/activity/"))


def test_a_refused_request_speaks_the_language_of_its_browser(
    new_client: Browsers, db: None
) -> None:
    new_client(headers=DUTCH).get("/sign-in/")
    dutch = new_client(headers=DUTCH).get("/sign-in/?a=%00")
    english = new_client().get("/sign-in/?a=%00")
    assert dutch.status_code == english.status_code == 400
    assert "We kunnen dit verzoek niet verwerken" in dutch.text
    assert "We can’t process this request" in english.text
