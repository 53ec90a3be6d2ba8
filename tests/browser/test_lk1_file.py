"""The encrypted export: saved with a passphrase, opened by Python, and read back by the app."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests import lk1
from tests.browser.authenticator import KEY, Phone, link
from tests.browser.backups import document, entry
from tests.lk1 import NOBODY, Json

pytestmark = pytest.mark.no_rows
WORDS = "four words are better"
CHEAP = lk1.passphrase_params(b"0123456789abcdef", memory=19456, passes=2)


@pytest.fixture
def phone(kept_page: Page) -> Phone:
    """The page that exports, with two accounts and a third in the trash."""
    phone = Phone(kept_page).open("export")
    phone.fill([link("Mail", "a#b"), link("Old", kind="motp"), link("Thrown")])
    phone.run(
        """const { change } = await use("accounts/vault");
           await change((doc) => {
             const [mail, , thrown] = doc.entries;
             Object.assign(mail, { notes: "a note", recovery: "1234", tags: ["t"], later: [1] });
             thrown.trashed = Date.now();
           });"""
    )
    return phone.open("export")


def test_a_sealed_export_opens_in_python_and_comes_back_whole(phone: Phone) -> None:
    phone.type("New passphrase", WORDS)
    phone.type("The passphrase once more", WORDS)
    with phone.page.expect_download() as waiting:
        phone.press("Save an encrypted file")
    phone.says("2 accounts are in the file. Nobody can open it without the passphrase.")
    expect(phone.page.get_by_label("New passphrase", exact=True)).to_have_value("")
    file = json.loads(waiting.value.path().read_text())
    assert waiting.value.suggested_filename == "authenticator-accounts-encrypted.json"
    assert KEY not in json.dumps(file)
    assert file["envelope"]["device"] == NOBODY
    mail, old = lk1.open_file(file, WORDS)["entries"]
    assert (mail["notes"], mail["recovery"], mail["later"]) == ("a note", "1234", [1])
    assert old["type"] == "unknown"

    phone.run('const { beginAnew } = await use("accounts/vault"); await beginAnew()')
    phone.open("import")
    phone.choose("file", json.dumps(file).encode(), "accounts.json")
    phone.says("This export is encrypted: type the password it was made with.")
    phone.type("Password of the export", "not this one")
    phone.press("Read it")
    phone.says("This passphrase does not open this backup.")
    phone.type("Password of the export", WORDS)
    phone.press("Read it")
    phone.says("2 entries were found in your encrypted file. Nothing is added yet.")
    phone.press("Add 2 accounts")
    assert phone.names == ["Mail", "Old"]
    [again, _old] = phone.run('return (await use("accounts/vault")).current().entries')
    changed = {"id", "created", "changed", "revision", "order"}
    assert {name: value for name, value in again.items() if name not in changed} == {
        name: value for name, value in mail.items() if name not in changed
    }


def test_a_sealed_export_asks_for_a_long_passphrase_twice(phone: Phone) -> None:
    phone.type("New passphrase", WORDS)
    phone.type("The passphrase once more", "something else")
    phone.press("Save an encrypted file")
    phone.says("The two are not the same.")
    phone.type("New passphrase", "short")
    phone.type("The passphrase once more", "short")
    phone.press("Save an encrypted file")
    phone.says("Use at least 8 characters; four words are better.")


READ = """
const { readExport } = await use("formats/detect");
const found = [];
for (const [file, password] of given) {
  try { found.push((await readExport(JSON.stringify(file), password)).items); }
  catch (error) { found.push([error.field, error.message]); }
}
return found;
"""


def test_a_file_is_looked_at_as_closely_as_those_of_others(modules: Phone) -> None:
    entries = [
        entry(algorithm="SHA1", digits=6, period=30, tags=["t"], notes=7, order=99),
        entry(secret="1", issuer="Broken"),
        entry(work={"id": 1}, issuer="Example Ltd"),
        entry(type="later", issuer="Later", label="\u202eb"),
        entry(type="later", issuer="Empty", secret=None),
        {"id": NOBODY, "gone": True},
    ]
    file = lk1.seal_file(document(*entries), WORDS, **CHEAP)
    broken: Json = {**file, "slots": []}
    cases = [
        [file, WORDS],
        [file, "another one"],
        [file, ""],
        [broken, WORDS],
        [{**file, "format": "lk2-file"}, ""],
        [{"format": "lk1-file"}, ""],
        [lk1.seal_file({"format": 2, "later": 1}, WORDS, **CHEAP), WORDS],
    ]
    items, *refused = modules.run(READ, cases)
    assert [item.get("entry", item) for item in items] == [
        {
            "type": "totp",
            "issuer": "Mail",
            "label": "a",
            "secret": KEY,
            "algorithm": "SHA1",
            "digits": 6,
            "period": 30,
            "tags": ["t"],
        },
        {"name": "Broken", "why": "The key has a character that no key has: “1”."},
        {"name": "Example Ltd", "why": "Its organisation has to set it up again."},
        {"type": "later", "issuer": "Later", "label": "b", "secret": KEY},
        {"name": "Empty", "why": "It does not say what kind of code it makes."},
    ]
    damaged = ["", "This backup is cut off or damaged."]
    newer = ["", "A newer version of this app made this backup. Update the app."]
    assert refused == [
        ["password", "This passphrase does not open this backup."],
        ["password", "This export is encrypted: type the password it was made with."],
        damaged,
        newer,
        damaged,
        newer,
    ]
