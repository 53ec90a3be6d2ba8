"""What the first version of the format wrote opens for ever, in the app and in Python."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import lk1
from tests.browser.authenticator import Phone
from tests.browser.backups import asked

pytestmark = pytest.mark.no_rows
FOLDER = Path(__file__).parent.parent / "golden" / "lk1"
OPEN = """
const { fromText, toText } = await use("lk1/bytes");
const { openEnvelope } = await use("lk1/envelope");
const { openFile } = await use("lk1/file");
const { openSlot } = await use("lk1/slots");
const { vault, file, inputs } = JSON.parse(given);
inputs.passkey.prf = fromText(inputs.passkey.prf);
const secrets = [];
for (const slot of vault.slots) {
  const secret = await openSlot({ slot, vault: vault.envelope.vault, ...inputs[slot.kind] });
  secrets.push(toText(secret));
}
const secret = fromText(secrets[0]);
const docs = [await openEnvelope({ secret, envelope: vault.envelope })];
docs.push(await openFile({ file, ...inputs.passphrase }));
return JSON.stringify({ secrets, docs });
"""


def golden(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


def test_the_app_opens_what_its_first_version_wrote(modules: Phone) -> None:
    inputs, document = golden("inputs"), golden("document")
    case = {"vault": golden("vault"), "file": golden("file"), "inputs": inputs}
    found = asked(modules, OPEN, case)
    assert found == {"secrets": [inputs["secret"]] * 3, "docs": [document] * 2}


def test_python_opens_it_too() -> None:
    vault, inputs = golden("vault"), golden("inputs")
    given = {
        "recovery-key": inputs["recovery-key"]["backupKey"],
        "passphrase": inputs["passphrase"]["passphrase"],
        "passkey": lk1.unspelled(inputs["passkey"]["prf"]),
    }
    envelope = vault["envelope"]
    secrets = [
        lk1.open_slot(slot, envelope["vault"], given[slot["kind"]]) for slot in vault["slots"]
    ]
    assert secrets == [lk1.unspelled(inputs["secret"])] * len(given)
    assert lk1.open_envelope(secrets[0], envelope) == golden("document")
    assert lk1.open_file(golden("file"), given["passphrase"]) == golden("document")
