"""Accounts of other apps: looked at first, added all at once, and the counts add up."""

import json
from base64 import b32decode, b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from playwright.sync_api import Page, expect

from tests.browser.authenticator import KEY, Phone, codes_now, link
from tests.browser.qr_pictures import png_of

pytestmark = pytest.mark.no_rows


def number(value: int) -> bytes:
    """Write a number as protocol buffers do; negative ones take ten bytes."""
    value &= 2**64 - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def message(**fields: Any) -> bytes:
    """Write a message; the fields are called f1, f2 and so on."""
    out = b""
    for name, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            field = int(name[1:]) << 3
            if isinstance(value, int):
                out += number(field) + number(value)
            else:
                out += number(field | 2) + number(len(value)) + value
    return out


def account(name: str, issuer: str, **more: Any) -> bytes:
    given = {"f1": b32decode(KEY), "f2": name.encode(), "f3": issuer.encode()}
    return message(**{**given, "f4": 1, "f5": 1, "f6": 2, **more})


def batch(accounts: list[bytes], *, size: int = 1, index: int = 0) -> str:
    body = message(f1=accounts, f2=1, f3=size, f4=index, f5=-1234567890)
    data = b64encode(body).decode()
    return "otpauth-migration://offline?data=" + quote(data)


AEGIS: dict[str, Any] = {
    "version": 1,
    "header": {"slots": None, "params": None},
    "db": {
        "version": 3,
        "groups": [{"uuid": "g1", "name": "Work"}],
        "entries": [
            {
                "type": "totp",
                "name": "alice",
                "issuer": "Aegis one",
                "note": "by hand",
                "favorite": True,
                "icon": "https://tracker.example/icon.png",
                "groups": ["g1"],
                "info": {"secret": KEY, "algo": "SHA256", "digits": 8, "period": 60},
            },
            {
                "type": "hotp",
                "name": "bob",
                "issuer": "Aegis two",
                "info": {"secret": KEY, "algo": "SHA1", "digits": 6, "counter": 7},
            },
            {"type": "yandex", "name": "carol", "issuer": "Aegis three", "info": {"secret": KEY}},
        ],
    },
}
TWO_FAS: dict[str, Any] = {
    "schemaVersion": 4,
    "groups": [{"id": "a1", "name": "Home"}],
    "services": [
        {
            "name": "2FAS one",
            "secret": KEY,
            "groupId": "a1",
            "otp": {"account": "dave", "digits": 6, "period": 30, "tokenType": "TOTP"},
        },
        {"name": "2FAS two", "secret": "", "otp": {"tokenType": "TOTP"}},
        {"name": "2FAS three", "secret": KEY, "otp": {"tokenType": "STEAM", "issuer": "Steam"}},
    ],
}
READ = """
const { readExport } = await use("formats/detect");
return Promise.all(given.map(async (text) => {
  try { return (await readExport(text)).items; } catch (error) { return error.message; }
}));
"""
PASSWORD = "a password of another app"


def encrypted_aegis() -> str:
    """Encrypt the Aegis export as its documentation tells: scrypt, then AES-GCM twice."""
    salt, master = b"s" * 32, b"m" * 32
    cost = {"n": 2**15, "r": 8, "p": 1}
    derived = Scrypt(salt=salt, length=32, **cost).derive(PASSWORD.encode())
    key, plain = b"k" * 12, b"p" * 12
    slot = AESGCM(derived).encrypt(key, master, None)
    body = AESGCM(master).encrypt(plain, json.dumps(AEGIS["db"]).encode(), None)
    slots = [
        {"type": 2, "uuid": "biometric", "key": "00", "key_params": {"nonce": "00", "tag": "00"}},
        {
            "type": 1,
            "key": slot[:-16].hex(),
            "key_params": {"nonce": key.hex(), "tag": slot[-16:].hex()},
            "salt": salt.hex(),
            **cost,
        },
    ]
    params = {"nonce": plain.hex(), "tag": body[-16:].hex()}
    sealed = {"version": 1, "header": {"slots": slots, "params": params}}
    return json.dumps({**sealed, "db": b64encode(body[:-16]).decode()})


def encrypted_2fas() -> str:
    """Encrypt the 2FAS export as it does: PBKDF2 with 10 000 rounds, then AES-GCM."""
    salt, nonce = b"s" * 256, b"n" * 12
    key = PBKDF2HMAC(hashes.SHA256(), 32, salt, 10_000).derive(PASSWORD.encode())
    sealed = AESGCM(key).encrypt(nonce, json.dumps(TWO_FAS["services"]).encode(), None)
    parts = [b64encode(part).decode() for part in (sealed, salt, nonce)]
    rest = {"schemaVersion": 4, "groups": TWO_FAS["groups"], "services": []}
    return json.dumps({**rest, "servicesEncrypted": ":".join(parts)})


@pytest.fixture
def phone(kept_page: Page) -> Phone:
    """The page that imports, on an empty phone."""
    return Phone(kept_page).open("import")


@pytest.mark.parametrize("encrypt", [encrypted_aegis, encrypted_2fas])
def test_an_encrypted_export_asks_for_its_password(
    phone: Phone, encrypt: Callable[[], str]
) -> None:
    body = encrypt().encode()
    phone.choose("file", body, "export.json")
    phone.says("This export is encrypted: type the password it was made with.")
    phone.type("Password of the export", "not this one")
    phone.press("Read it")
    phone.says("This password does not open the export.")
    phone.type("Password of the export", PASSWORD)
    phone.press("Read it")
    phone.says("3 entries were found in")
    phone.press("Add 2 accounts")
    phone.says("2 accounts are added.")


def test_the_preview_sorts_adds_all_at_once_and_takes_it_back(phone: Phone) -> None:
    page = phone.page
    phone.fill([link("Here")])
    lines = [link("Here"), link("New"), link("New"), "otpauth://totp/x?secret=1", "hello"]
    phone.type("Or paste its text", "\n".join(lines))
    phone.press("Read it")
    phone.reads("Look before you import")
    phone.says("5 entries were found in a list of links. Nothing is added yet.")
    phone.says("Ready to add: 1")
    phone.says("Here already: 2")
    phone.says("Cannot be read: 2")
    expect(page.get_by_text("secret=1")).to_have_count(0)
    phone.press("Add 1 account")
    phone.says("1 account is added.")
    assert phone.names == ["Here", "New"]
    phone.press("Undo")
    phone.says("Taken back.")
    assert phone.names == ["Here"]


def test_a_file_is_imported_whole(phone: Phone) -> None:
    body = "\n".join(link(f"Service{n}") for n in range(200)).encode()
    phone.choose("file", body, "list.txt")
    phone.press("Add 200 accounts")
    phone.says("200 accounts are added.")
    phone.open()
    assert len(phone.names) == 200
    assert phone.code("Service199") in codes_now()


def test_an_export_in_several_codes_is_collected(phone: Phone) -> None:
    def show(index: int) -> None:
        text = batch([account(f"p{index}", f"Part{index}")], size=3, index=index)
        phone.choose_picture(png_of(text))

    phone.open("scan")
    phone.says("This device has no camera.")
    show(1)
    phone.says("1 of 3 is read. Show the next QR code.")
    show(1)
    show(0)
    phone.says("2 of 3 is read. Show the next QR code.")
    show(2)
    phone.reads("Look before you import")
    phone.press("Add 3 accounts")
    phone.says("3 accounts are added.")
    assert sorted(phone.names) == ["Part0", "Part1", "Part2"]


def test_an_export_is_given_after_a_word_and_can_be_read_again(phone: Phone) -> None:
    page = phone.page
    phone.fill([link("Mail", "a#b"), link("Bank", kind="hotp"), link("Old", kind="motp")])
    phone.fill([link("Of work")])
    phone.run(
        """const { change } = await use("accounts/vault");
           await change((doc) => { doc.entries[3].work = { id: "w" }; });"""
    )
    phone.open("export")
    phone.press("Save a list of links")
    phone.says("Type the word “export”.")
    phone.type("Type “export” to continue", "Export")
    with page.expect_download() as waiting:
        phone.press("Save a list of links")
    text = waiting.value.path().read_text()
    [items] = phone.run(READ, [text])
    assert [item["entry"]["type"] for item in items] == ["totp", "hotp", "unknown"]
    phone.press("Show QR codes")
    expect(page.get_by_role("img", name="QR code of Mail")).to_be_visible()
    shown = page.get_by_role("img", name="QR code of Mail").screenshot()
    phone.open("scan")
    phone.choose_picture(shown)
    phone.says("Mail is in your list already.")


def test_where_an_account_is_kept_is_said_as_it_is(kept_page: Page) -> None:
    phone = Phone(kept_page).open()
    phone.fill([link("Mail")])
    edit = phone.row("Mail").locator("[data-part=more]")
    edit.click()
    phone.says("What is kept here stays on this phone.")
    phone.run(
        """const { change } = await use("accounts/vault");
           await change((doc) => { doc.backup = { secret: "x", on: true, base: null }; });"""
    )
    phone.open()
    edit.click()
    phone.says("stays on this phone and in your backup, which only you can open.")
