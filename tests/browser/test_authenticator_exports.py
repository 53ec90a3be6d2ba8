"""Files of other apps: large ones, too large ones, and texts in the encoding they say."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from playwright.sync_api import Page

from tests.browser.authenticator import READY, Phone, link
from tests.browser.test_authenticator_import import AEGIS

pytestmark = pytest.mark.no_rows

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
