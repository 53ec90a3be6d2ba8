"""Names of any script and direction: they turn nothing beside them around, wherever they stand."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core import mail
from django.template import engines
from django.test import Client, TestCase
from django.utils import translation

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.models import EventKind, Organisation, User
from core.i18n import apart, gettext, gettext_lazy, listed, ngettext, one_line
from core.web.http import RequestOrigin
from devices.models import Phone
from tests.accounts.helpers import seen
from tests.attacks.tools import html_of
from tests.live import fresh_address
from tests.people import PASSWORD, Person, enter, give_phone, lose
from tests.work import give_enrolment, make_organisation

DANA = "הטלפון של דנה (2)"
APART = f"\u2068{DANA}\u2069"
SCHOOL = "مدرسة النور"
TURNING = re.compile("[\u202a-\u202e]")
EVIL = ["\u202egnp.exe", "x\u2066\u2067", "\u2069\u2069\u202dx", "שלום\u202e!", "a\u2029\u202eb"]
ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted(path for path in ROOT.glob("templates/**/*") if path.suffix in {".html", ".txt"})
SENTENCES = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}", re.DOTALL)
BARE = re.compile(r"{{ (\w+\.)+(name|called|help|reason)( \}\}|\|breakable \}\})")
WHERE = "/sign-in/where-is-your-phone/"
PAGES = [
    "/security/",
    "/security/activity/",
    "/security/fire-drill/",
    "/security/two-step/",
    "/devices/",
    "/devices/lost/",
    WHERE,
]


class Pieces(HTMLParser):
    """The texts and attributes of a page, each of which a browser lays out within its element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for _name, value in attrs]


def is_calm(text: str) -> bool:
    """Whether a text leaves the direction of what follows it as it was."""
    depth = 0
    for letter in text:
        depth += (letter in "\u2066\u2067\u2068") - (letter == "\u2069")
        if depth < 0 or (depth and letter in "\n\u2029"):
            return False
    return not depth and not TURNING.search(text)


def named(person: Person, name: str) -> Phone:
    """Give the first phone a name as if it had been taken long ago."""
    Phone.objects.filter(pk=person.phone.pk).update(name=name)
    return person.phone


# --- What people notice ---------------------------------------------------------------------


def test_a_hebrew_phone_turns_no_question_around(client: Client, alice: Person) -> None:
    named(alice, DANA)
    enter(client, alice, Strength.RECOVERED)
    assert f"Where is your {APART}?" in seen(client.get(WHERE))


def test_a_latin_one_is_asked_for_as_ever(client: Client, alice: Person) -> None:
    named(alice, "Anaïs’ téléphone (2)")
    enter(client, alice, Strength.RECOVERED)
    page = client.get(WHERE)
    assert "Where is your Anaïs’ téléphone (2)?" in seen(page)
    assert not re.search("[\u2066-\u2069]", page.content.decode())


def test_sentences_labels_and_titles_hold_it_apart(client: Client, alice: Person) -> None:
    phone = named(alice, DANA)
    give_phone(alice, "Pixel 9")
    enter(client, alice, Strength.TWO_STEP)
    assert f'aria-label="More for {APART}"' in client.get("/devices/").content.decode()
    overview = seen(client.get("/security/"))
    assert f"On your {APART}" in overview
    assert "On your Pixel 9" in overview
    unlink = client.get(f"/devices/{phone.public_id}/unlink/").content.decode()
    assert f"<title>Unlink {APART}" in unlink
    assert f"app on {APART} stop working" in unlink


def test_done_and_remembered_in_sentences_that_hold_it_apart(client: Client, alice: Person) -> None:
    phone = named(alice, DANA)
    give_phone(alice, "Pixel 9")
    enter(client, alice, Strength.TWO_STEP)
    page = client.post(f"/devices/{phone.public_id}/suspend/", follow=True)
    assert f"{APART} is suspended" in seen(page)
    enter(client, alice, Strength.TWO_STEP)
    assert f"{APART} suspended" in seen(client.get("/security/activity/"))
    assert alice.user.events.get(kind="phone:suspended").details["phone"] == DANA


def test_mails_hold_it_apart_in_both_parts(client: Client, alice: Person) -> None:
    named(alice, DANA)
    User.objects.filter(pk=alice.user.pk).update(name="דנה")
    give_phone(alice, "Pixel 9")
    enter(client, alice, Strength.TWO_STEP)
    lose(client, alice)
    sent = mail.outbox[-1]
    assert f"What: {APART} unlinked\n" in sent.body
    assert "Hello \u2068דנה\u2069,\n" in sent.body
    assert f"<dd>{APART} unlinked</dd>" in html_of(sent)


def test_mails_of_others_stay_byte_for_byte(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    lose(client, alice)
    sent = mail.outbox[-1]
    assert not re.search("[\u2066-\u2069]", f"{sent.subject}{sent.body}{html_of(sent)}")


def test_an_arabic_organisation_stands_apart(client: Client, alice: Person) -> None:
    account = give_enrolment(alice, make_organisation(SCHOOL), state="enrolled")
    enter(client, alice, Strength.TWO_STEP)
    name = f"\u2068{SCHOOL}\u2069"
    assert f"<title>{name}" in client.get(f"/devices/work/{account.public_id}/").content.decode()
    assert f"{name}</a>" in client.get("/security/").content.decode()


def test_a_field_and_a_row_hold_the_name_itself(client: Client, alice: Person) -> None:
    phone = named(alice, "Pixel 7")
    enter(client, alice, Strength.TWO_STEP)
    url = f"/devices/{phone.public_id}/rename/"
    page = client.post(url, {"name": DANA}, follow=True)
    assert f"The phone is now called {APART}." in seen(page)
    assert f'value="{DANA}"' in client.get(url).content.decode()
    assert Phone.objects.get(pk=phone.pk).name == DANA


# --- Attacks --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVIL, ids=ascii)
@pytest.mark.parametrize("strength", [Strength.TWO_STEP, Strength.RECOVERED])
def test_names_from_before_reach_past_no_element(
    client: Client, alice: Person, name: str, strength: Strength
) -> None:
    named(alice, name)
    Phone.objects.filter(pk=give_phone(alice).phone.pk).update(name=name)
    User.objects.filter(pk=alice.user.pk).update(name=name)
    organisation = make_organisation()
    Organisation.objects.filter(pk=organisation.pk).update(name=name, help=name)
    give_enrolment(alice, organisation)
    visitor = RequestOrigin("192.0.2.7", "")
    with TestCase.captureOnCommitCallbacks(execute=True):
        events.record(
            alice.user, EventKind.PHONE_UNLINKED, origin=Origin(visitor), phone=name, reason=name
        )
    enter(client, alice, strength)
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 200, path
        noisy = [piece for piece in Pieces(answer.content.decode()).found if not is_calm(piece)]
        assert not noisy, path
    lines = [*mail.outbox[-1].body.splitlines(), *Pieces(html_of(mail.outbox[-1])).found]
    assert [line for line in lines if "unlinked" in line]
    assert not [line for line in lines if not is_calm(line)]


def test_each_of_these_would_if_it_were_shown_as_it_is() -> None:
    assert [ascii(name) for name in EVIL if is_calm(name)] == []
    assert is_calm(APART)


def test_the_name_of_a_new_person_is_taken_on_one_line(client: Client, db: None) -> None:
    typed = {"email": fresh_address("eve"), "name": "Eve\u202e\u2066 \u200bx", "password": PASSWORD}
    client.post("/sign-up/", typed)
    assert client.session["sign_up"]["name"] == "Eve x"


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\u200f"])
def test_an_address_that_hides_something_is_refused(
    client: Client, alice: Person, hidden: str
) -> None:
    address = fresh_address("eve").replace("@", f"@x{hidden}x.")
    page = client.post("/sign-up/", {"email": address, "name": "", "password": PASSWORD})
    assert "This address contains invisible characters." in seen(page)
    enter(client, alice, Strength.TWO_STEP)
    page = client.post("/security/contact/addresses/add/", {"address": address})
    assert "This address contains invisible characters." in seen(page)
    assert not mail.outbox


# --- How sentences are made -----------------------------------------------------------------


def test_python_fills_values_in_apart() -> None:
    assert gettext("%(a)s of %(b)s") % {"a": DANA, "b": "x"} == f"{APART} of x"
    assert gettext_lazy("%(a)s!") % {"a": DANA} == f"{APART}!"
    assert ngettext("%(n)d of %(a)s", "%(n)d of %(a)s", 2) % {"n": 2, "a": DANA} == f"2 of {APART}"
    assert listed(["x", DANA]) == f"x, {APART}"


def test_templates_fill_values_in_apart_and_escaped() -> None:
    told = "{% blocktranslate with a=b|upper %}{{ a }}, {{ c }}{% endblocktranslate %}"
    template = engines["django"].from_string("{% load i18n %}" + told)
    assert template.render({"b": "<ב>", "c": "d&"}) == "\u2068&lt;ב&gt;\u2069, d&amp;"


def test_templates_count_and_keep_what_they_say() -> None:
    told = (
        "{% load i18n %}{% blocktranslate count n=k asvar said %}{{ n }} {{ a }}"
        "{% plural %}{{ n }} times {{ a }}{% endblocktranslate %}[{{ said }}{{ gone }}]"
    )
    template = engines["django"].from_string(told)
    assert template.render({"k": 2, "a": DANA}) == f"[2 times {APART}]"
    assert template.render({"k": 1, "a": ""}) == "[1 ]"


def test_what_stands_apart_is_not_set_apart_again() -> None:
    assert apart(APART) == APART
    assert apart(f"On your {APART}") == f"On your {APART}"
    assert apart(f"{DANA} {APART}") == f"\u2068{DANA} {APART}\u2069"


def test_among_words_from_right_to_left_latin_stands_apart() -> None:
    with translation.override("ar"):
        assert apart("Pixel 8") == "\u2068Pixel 8\u2069"
        assert apart("12:30") == "12:30"
    assert apart("Pixel 8") == "Pixel 8"


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d💻", "שלום Ltd.", "名前", "Ådne"])
def test_names_keep_what_their_script_needs(name: str) -> None:
    assert one_line(name) == name


@pytest.mark.parametrize("typed", ["pay\u200dpal", "\u200dx", "x\u200c", "א\u200d \u200cב"])
def test_joiners_are_kept_only_where_they_join(typed: str) -> None:
    assert "\u200d" not in one_line(typed)
    assert "\u200c" not in one_line(typed)


# --- Where names stand ----------------------------------------------------------------------


def bare(template: str) -> list[str]:
    """Return the lines that show a name beside whatever else stands there."""
    lines = SENTENCES.sub("", template).splitlines()
    return [line for line in lines if BARE.search(line) and 'dir="auto"' not in line]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_name_in_a_template_stands_apart(path: Path) -> None:
    assert not bare(path.read_text(encoding="utf-8"))


def test_a_bare_name_is_found() -> None:
    assert bare("<b>{{ row.phone.name }}</b> ·")
    assert not bare('<h3 dir="auto">{{ phone.name }}</h3>\n<b>{{ phone.name|apart }}</b>')
    assert not bare("{% blocktranslate with name=phone.name %}{{ name }}{% endblocktranslate %}")
