"""What other apps write, with what they know beside the code, and with parts that are broken."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from playwright.sync_api import Page

from tests.browser.authenticator import KEY, READY, Phone, link
from tests.browser.test_authenticator_import import (
    AEGIS,
    BITWARDEN,
    READ,
    TWO_FAS,
    account,
    batch,
    message,
)

pytestmark = pytest.mark.no_rows
DAMAGED = "A part of it is missing or damaged."
THROWN_AWAY = "It is in the other app's trash."


def entries(items: list[Any]) -> list[dict[str, Any]]:
    return [item["entry"] for item in items if "entry" in item]


def reasons(items: list[Any]) -> list[str]:
    return [item["why"] for item in items if "why" in item]


def ente(name: str, **display: Any) -> str:
    return f"{link(name)}&codeDisplay={quote(json.dumps(display))}"


def test_ente_tells_what_is_in_its_trash_and_what_was_written_down(modules: Phone) -> None:
    lines = [
        ente("Gone", trashed=True, pinned=True),
        ente(
            "Kept", trashed=False, pinned=True, tags=["Work", "", 7, None, "Work"], note="at desk"
        ),
        ente("Plain", trashed=False, pinned=False, tags=[], note="", lastUsedAt=0, tapCount=3),
        link("Broken") + "&codeDisplay=%7Bnot",
        link("Odd") + "&codeDisplay=%5B1%5D",
    ]
    [items] = modules.run(READ, ["\n".join(lines)])
    kept, plain, broken, odd = entries(items)
    assert (kept["pinned"], kept["tags"], kept["notes"]) == (True, ["Work", "7"], "at desk")
    for entry in (plain, broken, odd):
        assert not {"pinned", "tags", "notes"} & entry.keys()
    assert [(item["name"], item["why"]) for item in items if "why" in item] == [
        ("otpauth://totp/Gone:alice", THROWN_AWAY)
    ]


def test_a_service_of_2fas_has_the_name_it_was_given(modules: Phone) -> None:
    otp = {"tokenType": "TOTP", "issuer": "Google", "account": "a@x.org"}
    services = [
        {"name": "Work mail", "secret": KEY, "otp": otp, "order": {"position": 1}},
        {"name": "Home: mail", "secret": KEY, "otp": otp, "order": {"position": 0}},
        {"name": "", "secret": KEY, "otp": {**otp, "account": "", "label": "Google:b@x.org"}},
    ]
    [items] = modules.run(READ, [json.dumps({"services": services})])
    found = [(entry["issuer"], entry["label"]) for entry in entries(items)]
    assert found == [("Home: mail", "a@x.org"), ("Work mail", "a@x.org"), ("Google", "b@x.org")]


def test_an_item_of_bitwarden_has_its_name_whole(modules: Phone) -> None:
    names = ["https://git.example.org:8443", "Bank: savings", "AWS production", "AWS staging"]
    items = [
        {"name": name, "login": {"username": "me", "totp": totp}}
        for name, totp in zip(names, [KEY, KEY, link("AWS", "me"), link("AWS", "me")], strict=True)
    ]
    thrown = {"name": "Old", "deletedDate": "2026-01-01T00:00:00Z", "login": {"totp": KEY}}
    [items] = modules.run(READ, [json.dumps({"items": [*items, thrown]})])
    assert [entry["issuer"] for entry in entries(items)] == names
    assert {entry["label"] for entry in entries(items)} == {"me"}
    assert reasons(items) == [THROWN_AWAY]


# --- One that is broken, and the others ----------------------------------------------------------

ODD: list[Any] = [None, 7, "n0thing", [], {}, {"name": {}}, [None]]
SHAPES: dict[str, Any] = {
    "Aegis": lambda odd: {"db": {"entries": [*odd, AEGIS["db"]["entries"][0]]}},
    "Aegis, info": lambda odd: {
        "db": {
            "groups": [None, 7, {"uuid": "g1", "name": None}],
            "entries": [
                *({"type": "totp", "name": "x", "info": each} for each in odd),
                *({"type": "totp", "name": "x", "info": {"secret": each}} for each in odd),
                {**AEGIS["db"]["entries"][0], "groups": [None, {}], "note": {}, "favorite": 1},
            ],
        }
    },
    "2FAS": lambda odd: {"groups": [None], "services": [*odd, TWO_FAS["services"][0]]},
    "2FAS, otp": lambda odd: {
        "groups": None,
        "services": [*({"name": "x", "otp": each} for each in odd), TWO_FAS["services"][0]],
    },
    "Bitwarden": lambda odd: {
        "items": [
            *(each for each in odd if not isinstance(each, dict)),
            BITWARDEN["items"][1],
        ]
    },
    "Bitwarden, login": lambda odd: {
        "items": [
            *({"name": 7, "login": {"totp": each}} for each in odd if each),
            BITWARDEN["items"][1],
        ]
    },
    "JSON": lambda odd: {"tokens": [*odd, {"secret": KEY, "issuer": "X"}]},
    "links": lambda odd: [*odd, link("X")],
}


@pytest.mark.parametrize("name", SHAPES)
def test_one_broken_part_does_not_refuse_the_others(modules: Phone, name: str) -> None:
    [items] = modules.run(READ, [json.dumps(SHAPES[name](ODD))])
    assert isinstance(items, list), items
    assert len(entries(items)) == 1
    assert len(reasons(items)) >= len(ODD) - 3
    for words in reasons(items):
        assert words == DAMAGED or "key" in words or "kind of code" in words, words


BROKEN = [
    '{"db": "AAAA", "header": {"slots": [null, {"type": 1}], "params": null}}',
    '{"db": "AAAA", "header": {"slots": [{"type": 1, "n": 2, "r": 8, "p": 1}]}}',
    '{"servicesEncrypted": "AAAA:AAAA"}',
    '{"servicesEncrypted": "A:*:A"}',
    '{"format": "lk1-file", "envelope": {}, "slots": [null]}',
    '{"format": "lk1-file", "envelope": {"vault": 7}, "slots": [{"kind": "passphrase"}]}',
    '{"db": {"entries": [{"name": "cut o',
    '[{"secret": ',
]
WITH_PASSWORD = """
const { readExport } = await use("formats/detect");
return Promise.all(given.map((text) =>
  readExport(text, "a password").then(() => "", (error) => [error.name, error.message])));
"""


def test_a_broken_file_has_a_sentence_of_ours(modules: Phone) -> None:
    for text, (name, words) in zip(BROKEN, modules.run(WITH_PASSWORD, BROKEN), strict=True):
        assert name == "Refusal", f"{text}: {words}"


def test_a_broken_account_of_google_does_not_refuse_the_others(modules: Phone) -> None:
    good = account("x", "Good")
    odd = [
        b"\xff",
        b"\x0a\xff",
        message(f1=7),
        account("y", "Kind", f6=9),
        account("z", "Empty", f1=b""),
    ]
    [items] = modules.run(READ, [batch([*odd, good])])
    assert [entry["issuer"] for entry in entries(items)] == ["Good"]
    assert len(reasons(items)) == len(odd)
    [[damaged]] = modules.run(READ, [batch([good], size=2**40)])
    assert damaged["why"] == "The export is cut off or damaged."


# --- What was there ------------------------------------------------------------------------------

UNKNOWN = {
    "Ente": {"items": [{"type": "totp", "issuer": "A", "account": "a", "secret": KEY}]},
    "Ente, links": {
        "items": [{"id": 1, "rawData": link("A", "a"), "codeDisplay": {"pinned": True}}]
    },
    "2FAuth": {"data": [{"otp_type": "totp", "service": "A", "account": "a", "secret": KEY}]},
    "FreeOTP+": {
        "tokens": [
            {
                "type": "TOTP",
                "issuerExt": "A",
                "label": "a",
                "algo": "SHA1",
                "secret": [72, 101, 108, 108, 111, 33, -34, -83, -66, -17],
            }
        ]
    },
    "LastPass": {"accounts": [{"issuerName": "A", "userName": "a", "secret": KEY, "timeStep": 30}]},
    "Raivo": [{"issuer": "A", "account": "a", "secret": KEY, "timer": "30", "kind": "TOTP"}],
    "one": {"issuer": "A", "label": "a", "secret": KEY},
    "of links": {"export": {"uris": [link("A", "a")]}},
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_json_of_another_app_is_read_by_what_is_in_it(modules: Phone, name: str) -> None:
    [items] = modules.run(READ, [json.dumps(UNKNOWN[name])])
    assert isinstance(items, list), items
    [entry] = entries(items)
    assert (entry["issuer"], entry["label"], entry["secret"]) == ("A", "a", KEY)


def test_an_export_without_accounts_says_so(modules: Phone) -> None:
    encrypted = {"version": 1, "kdfParams": {}, "encryptedData": "x", "encryptionNonce": "y"}
    card = {"type": 3, "name": "A card", "card": {}}
    texts = [encrypted, {"items": [card]}, {"services": []}, {"items": []}, {"items": [{"x": 1}]}]
    found = modules.run(READ, [json.dumps(text) for text in texts])
    assert "Ente's encrypted export" in found[0]
    assert found[1] == "There are no accounts with codes in this export of Bitwarden."
    assert found[2] == "There are no accounts with codes in this export of 2FAS."
    assert "not an export that the app can read" in found[3]
    assert "not an export that the app can read" in found[4]


# --- Large files ---------------------------------------------------------------------------------

PICTURE = "iVBORw0KGgo\\/" * 400_000  # 4.8 MB, escaped as Aegis writes it


def large_aegis() -> str:
    """An export of 40 MB, of which icons are all but a little."""
    one = AEGIS["db"]["entries"][0]
    shown = [
        json.dumps({**one, "name": f"n{n}", "issuer": 'An "icon": "x', "icon": "@"}).replace(
            '"icon": "@"', f'"icon": "{PICTURE}"'
        )
        for n in range(8)
    ]
    return '{"version": 1, "db": {"version": 3, "entries": [' + ",".join(shown) + "]}}"


def sealed_aegis(db: str) -> str:
    salt, master, nonce = b"s" * 32, b"m" * 32, b"p" * 12
    derived = Scrypt(salt=salt, length=32, n=2, r=8, p=1).derive(b"secret word")
    slot = AESGCM(derived).encrypt(nonce, master, None)
    body = AESGCM(master).encrypt(nonce, db.encode(), None)
    params = {"nonce": nonce.hex(), "tag": slot[-16:].hex()}
    slots = [
        {
            "type": 1,
            "key": slot[:-16].hex(),
            "key_params": params,
            "salt": salt.hex(),
            "n": 2,
            "r": 8,
            "p": 1,
        }
    ]
    header = {"slots": slots, "params": {"nonce": nonce.hex(), "tag": body[-16:].hex()}}
    return json.dumps({"header": header, "db": b64encode(body[:-16]).decode()})


def choose_file(phone: Phone, path: Path, text: str) -> None:
    """Choose a file that is too large to be handed to the browser as it is."""
    path.write_text(text)
    phone.page.locator(f"[data-part=file]{READY}").set_input_files(path)


def test_icons_are_passed_over_and_a_large_file_is_read(kept_page: Page, tmp_path: Path) -> None:
    phone = Phone(kept_page).open("import")
    text = large_aegis()
    assert len(text) > 38_000_000
    choose_file(phone, tmp_path / "aegis.json", text)
    phone.says("8 entries were found in Aegis.")
    phone.press("Add 8 accounts")
    phone.says("8 accounts are added.")
    assert set(phone.names) == {'An "icon": "x'}
    db = text[len('{"version": 1, "db": ') : -1]
    choose_file(phone.open("import"), tmp_path / "aegis-encrypted.json", sealed_aegis(db))
    phone.type("Password of the export", "secret word")
    phone.press("Read it")
    phone.says("Here already: 8")


def test_a_file_above_the_limit_has_advice(kept_page: Page) -> None:
    phone = Phone(kept_page).open("import")
    kept_page.locator(f"[data-part=file]{READY}").wait_for(state="attached")
    kept_page.evaluate(
        """() => {
            const given = new DataTransfer();
            given.items.add(new File([new Uint8Array(64 * 1024 * 1024 + 1)], "large.json"));
            const input = document.querySelector("[data-part=file]");
            input.files = given.files;
            input.dispatchEvent(new Event("change"));
        }"""
    )
    phone.says("This file is larger than 64 MB")
    phone.says("remove them in the other app, then export again")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_file_is_read_in_the_encoding_it_says(kept_page: Page, encoding: str) -> None:
    phone = Phone(kept_page).open("import")
    phone.choose("file", f"{link('Café')}\r{link('Two')}\r".encode(encoding), "list.txt")
    phone.press("Add 2 accounts")
    assert phone.names == ["Café", "Two"]
