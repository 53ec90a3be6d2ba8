"""Links and typed keys as people come by them: one link is one account, and the same one again."""

import json
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from devices.factors.provisioning import otpauth_url
from devices.models import Authenticator
from tests.browser.authenticator import KEY, SECRET, Phone, link
from tests.browser.backups import BATCHES, asked, shortest
from tests.browser.qr_pictures import png_of

pytestmark = pytest.mark.no_rows
OTHER = "GEZDGNBVGY3TQOJQ"
READ = """
const { readExport } = await use("formats/detect");
return Promise.all(given.map(async (text) => {
  try { return (await readExport(text)).items; } catch (error) { return error.message; }
}));
"""
NAMES = """
const { parse } = await use("otpauth");
return given.map((link) => { const { issuer, label } = parse(link); return [issuer, label]; });
"""
# (link, issuer, account); the first is the portal's own on a developer's machine
LABELS = [
    ("127.0.0.1%3A8000%3A%20user?secret=K&issuer=127.0.0.1%3A8000", "127.0.0.1:8000", "user"),
    ("127.0.0.1%3A8000:user?secret=K&issuer=127.0.0.1%3A8000", "127.0.0.1:8000", "user"),
    ("127.0.0.1:8000:user?secret=K&issuer=127.0.0.1:8000", "127.0.0.1:8000", "user"),
    ("127.0.0.1%3A8000:user?secret=K", "127.0.0.1:8000", "user"),
    ("127.0.0.1%3a8000%3auser?secret=K&issuer=127.0.0.1%3a8000", "127.0.0.1:8000", "user"),
    ("Bank:%20savings%3Aalice?secret=K&issuer=Bank:%20savings", "Bank: savings", "alice"),
    ("Bank%3Asavings:alice?secret=K&issuer=BANK%3ASAVINGS", "BANK:SAVINGS", "alice"),
    ("A+B:alice?secret=K&issuer=A+B", "A B", "alice"),
    ("A%20B:alice?secret=K&issuer=A+B", "A B", "alice"),
    ("A%2BB:alice?secret=K&issuer=A%2BB", "A+B", "alice"),
    ("Disney+:alice?secret=K&issuer=Disney+", "Disney+", "alice"),
    ("AT&T:alice?secret=K&issuer=AT&T", "AT&T", "alice"),
    ("Big:%20alice?secret=K&issuer=Big", "Big", "alice"),
    ("Big%20:%20alice?secret=K&issuer=Big", "Big", "alice"),
    ("Big:Big:alice?secret=K&issuer=Big", "Big", "Big:alice"),
    (":alice?secret=K&issuer=Big", "Big", "alice"),
    (":a%3Ab?secret=K", "", "a:b"),
    ("Cafe%CC%81:alice?secret=K&issuer=Caf%C3%A9", "Café", "alice"),
    ("Git%E2%80%8BHub:alice?secret=K&issuer=GitHub", "GitHub", "alice"),
    ("Other:alice?secret=K&issuer=Big", "Big", "Other:alice"),
]


def test_an_issuer_is_taken_off_its_label_however_it_is_spelled(modules: Phone) -> None:
    links = ["otpauth://totp/" + rest.replace("secret=K", "secret=" + KEY) for rest, *_ in LABELS]
    found = modules.run(NAMES, links)
    assert found == [[issuer, label] for _rest, issuer, label in LABELS]


WRITE = """
const { format, makeEntry, parse } = await use("otpauth");
const { splitLinks } = await use("formats/links");
return JSON.stringify(JSON.parse(given).map(([type, issuer, label]) => {
  const more = { secret: "JBSWY3DPEHPK3PXP", digits: 8, period: 60 };
  const entry = makeEntry({ type, issuer, label, ...more });
  const link = format(entry);
  const again = JSON.stringify(parse(link)) === JSON.stringify(entry);
  return again && splitLinks(link).length === 1 && format(parse(link)) === link ? "" : link;
}));
"""
SIGNS = st.text("aZ ß:%#?&=+/\\\"'<>()*!~.,;@|[]{}´é\u0301\u200b\u202eİ漢😀\ud83d\n", max_size=8)
NAME = SIGNS | st.text(max_size=12)


@BATCHES
@given(
    st.lists(
        st.tuples(st.sampled_from(["totp", "hotp", "steam"]), NAME, NAME), min_size=50, max_size=100
    )
)
def test_a_link_that_the_app_wrote_reads_back_as_the_same_account(
    modules: Phone, cases: list[tuple[str, str, str]]
) -> None:
    assert shortest(cases, asked(modules, WRITE, cases)) is None


@pytest.mark.parametrize("name", ["Example: ID", "127.0.0.1:8000", "100% #1 + A&B?", "a:b:c", ":"])
def test_the_qr_code_of_the_portal_has_its_name_whole(modules: Phone, name: str) -> None:
    user = User(email="alice+work@example.org")
    authenticator = Authenticator(user=user)
    authenticator.secret = SECRET
    with override_settings(PORTAL_NAME=name):
        text = otpauth_url(authenticator)
    assert modules.run(NAMES, [text]) == [[name, user.email]]


ONE, TWO = link("One"), link("Two", secret=OTHER)
PART = ONE.replace("&", "&amp;")
SEVERAL: dict[str, list[str]] = {
    "one behind the other": [f"{ONE}{TWO}"],
    "a comma": [f"{ONE},{TWO}", f"{ONE}, {TWO},", f"{ONE};{TWO}", f"{ONE} {TWO}", f"{ONE}|{TWO}"],
    "ends of lines": [f"{ONE}\r{TWO}\r", f"{ONE}\r\n{TWO}", f"{ONE}\u2028{TWO}", f"{ONE}\v{TWO}"],
    "quotes": [f'"{ONE}","{TWO}"', f"'{ONE}'\n'{TWO}'", f"<{ONE}>\n<{TWO}>"],
    "lists": [f"- {ONE}\n- {TWO}", f"1. {ONE}\n2. {TWO}", f"\u200b{ONE}\n\ufeff{TWO}"],
    "a page": [f'<html>\n<p>Codes</p>\n<a href="{PART}">One</a> <a href="{TWO}">Two</a>\n</html>'],
    "JSON": [f'["{ONE}",\n"{TWO}"]', f'{{"accounts": ["{ONE}", "{TWO}"]}}'],
    "upper case": [f"{ONE.replace('otpauth', 'OTPAUTH')}{TWO}"],
}


def test_every_link_of_a_text_is_an_account_of_its_own(modules: Phone) -> None:
    texts = [text for texts in SEVERAL.values() for text in texts]
    for text, items in zip(texts, modules.run(READ, texts), strict=True):
        assert isinstance(items, list), f"{text!r}: {items}"
        found = [(each["entry"]["issuer"], each["entry"]["secret"]) for each in items]
        assert found == [("One", KEY), ("Two", OTHER)], f"{text!r}"
        assert "otpauth" not in str(items)


def test_several_links_are_looked_at_first_wherever_they_come_from(kept_page: Any) -> None:
    phone = Phone(kept_page).open("add")
    phone.type("Key or link", f"{ONE}\n{TWO}")  # of which the field makes one line
    phone.press("Add the account")
    phone.reads("Look before you import")
    phone.press("Add 2 accounts")
    assert phone.names == ["One", "Two"]
    phone.open("scan")
    phone.choose_picture(png_of(f"{link('Three')}\n{link('Four')}"))
    phone.press("Add 2 accounts")
    assert phone.names == ["One", "Two", "Three", "Four"]


LONG = "otpauth://totp/X:a?secret=" + KEY + "{0}digits=8{0}period=60{0}algorithm=SHA256"


@pytest.mark.parametrize("sign", ["&amp;", "&AMP;", "&#38;", "&#x26;", "&amp;amp;", "\\u0026"])
def test_an_ampersand_out_of_a_page_drops_nothing(modules: Phone, sign: str) -> None:
    for text in (LONG.format(sign), f"AT{sign}T".join(["otpauth://totp/", LONG.format(sign)[15:]])):
        [[found]] = modules.run(READ, [text])
        entry = found["entry"]
        assert (entry["digits"], entry["period"], entry["algorithm"]) == (8, 60, "SHA256")
        assert ";" not in entry["issuer"] + entry["label"]


STEAM = [
    f"otpauth://totp/Steam:alice?secret={KEY}&issuer=Steam",
    f"otpauth://totp/Steam:alice?secret={KEY}&issuer=Steam&digits=6&period=30&algorithm=SHA1",
    f"otpauth://totp/alice?secret={KEY}&issuer=STEAM",
    f"otpauth://totp/Steam:alice?secret={KEY}&digits=5",
    json.dumps({"services": [{"name": "Steam", "secret": KEY, "otp": {"tokenType": "TOTP"}}]}),
    json.dumps({"db": {"entries": [{"issuer": "Steam", "info": {"secret": KEY}}]}}),
    json.dumps({"items": [{"name": "Steam", "login": {"totp": KEY}}]}),
]


def test_an_account_of_steam_has_the_codes_of_steam(modules: Phone) -> None:
    for [item] in modules.run(READ, STEAM):
        assert (item["entry"]["type"], item["entry"]["digits"]) == ("steam", 5)
    [[shop]] = modules.run(READ, [f"otpauth://totp/Steamship:a?secret={KEY}&issuer=Steamship"])
    assert shop["entry"]["type"] == "totp"


TYPED = [
    "jbsw y3dp ehpk 3pxp",
    "JBSW-Y3DP-EHPK-3PXP",
    "JBSW\u2011Y3DP\u2013EHPK\u2014\u22123PXP",
    "JBSW.Y3DP·EHPK•3PXP",
    "\u200b\ufeffJBSWY3DP\u2060EHPK\u200e3PXP\u00ad",
    "ＪＢＳＷＹ３ＤＰＥＨＰＫ３ＰＸＰ",
    "JBSWY3DPEHPK3PXP======",
    "JBSW\u00a0Y3DP\u2009EHPK\u30003PXP.",
]
CLEAN = 'const { clean } = await use("base32"); return given.map(clean);'


def test_a_typed_key_is_read_through_what_stands_between_its_letters(modules: Phone) -> None:
    assert modules.run(CLEAN, TYPED) == [KEY] * len(TYPED)


def test_a_link_is_read_with_what_came_along_around_it(modules: Phone) -> None:
    around = [f"\u200b{ONE}", f" “{ONE}” ", f"<{ONE}>", f"\ufeff{ONE}\u2060", f"'{ONE}'"]
    assert modules.run(NAMES, around) == [["One", "alice"]] * len(around)
    [[entry]] = modules.run(READ, [LONG.format("&").replace("digits=8", "digits=\u200b8\u2060")])
    assert entry["entry"]["digits"] == 8


SEARCH = """
const { searcher } = await use("entries");
return given.map(([issuer, words]) =>
  searcher(words, "")({ id: issuer, revision: 1, issuer, label: "", tags: [] }));
"""
FOUND = [
    ("Cafe\u0301 Roma", "Café"),
    ("Café Roma", "Cafe\u0301"),
    ("Café Roma", "cafe roma"),
    ("Müller", "muller"),
    ("Muller", "müller"),
    ("Straßenbahn", "strassen"),
    ("STRASSE", "straße"),
    ("Łódź", "lodz"),
    ("Smørrebrød", "smorrebrod"),
    ("ＧｉｔＨｕｂ", "github"),
    ("İstanbul", "istanbul"),
    ("Žižkov", "zizkov"),
]


def test_a_search_finds_names_however_their_letters_are_composed(modules: Phone) -> None:
    found = modules.run(SEARCH, FOUND)
    assert [case for case, is_found in zip(FOUND, found, strict=True) if not is_found] == []
    assert modules.run(SEARCH, [("Müller", "miller"), ("Bank", "café")]) == [False, False]
