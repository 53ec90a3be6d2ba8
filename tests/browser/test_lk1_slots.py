"""The ways into a backup: backup key, passphrase and passkey, in the browser and in Python."""

from typing import Any

import pytest

from tests import lk1
from tests.browser.authenticator import Phone
from tests.browser.backups import TRIED, asked, byte_flips, flips, opens
from tests.lk1 import NOBODY, Json, Vault

pytestmark = pytest.mark.no_rows
VAULT = Vault()
OTHER = Vault()
RECOVERY = lk1.show_backup_key(bytes(range(20)))
PRF = bytes(range(32))
WORDS = "Zwölf Boxkämpfer"
CHEAP = lk1.passphrase_params(b"0123456789abcdef", memory=19456, passes=2)
TIED = {"credential": "Y3JlZA", "salt": "c2FsdA"}
SLOTS = f"""{TRIED}
const {{ openSlot }} = await use("lk1/slots");
const found = [];
for (const [slot, vault, input] of JSON.parse(given)) {{
  if (input.prf) input.prf = fromText(input.prf);
  found.push(await tried(async () => toText(await openSlot({{ slot, vault, ...input }}))));
}}
return JSON.stringify(found);
"""

READ_KEYS = f"""{TRIED}
const {{ readBackupKey }} = await use("lk1/backup-key");
const read = (text) => tried(async () => toText(await readBackupKey(text)));
return JSON.stringify(await Promise.all(JSON.parse(given).map(read)));
"""


def test_backup_keys_are_written_alike_and_read_in_any_spelling(modules: Phone) -> None:
    made = modules.run("return (await use('lk1/backup-key')).newBackupKey()")
    assert [len(group) for group in made.split("-")] == [4] * 8 + [2]
    assert len(lk1.read_backup_key(made)) == 20
    raw = bytes.fromhex("0001020304050607080910111213141516171819")
    shown = lk1.show_backup_key(raw)
    slips = shown.replace("0", "o").replace("1", "l")
    spellings = [
        shown,
        shown.lower(),
        shown.replace("-", " "),
        shown.replace("-", ""),
        slips,
        slips.replace("l", "I").replace("o", "O"),
        f"  {shown.replace('-', ' – ')}\n",
        "".join(chr(ord(letter) + 0xFEE0) for letter in shown),
    ]
    assert slips != shown.lower()
    assert asked(modules, READ_KEYS, spellings) == [{"got": lk1.spelled(raw)}] * len(spellings)


def test_a_slip_in_a_backup_key_is_told_from_a_key_of_another_backup(modules: Phone) -> None:
    letters = RECOVERY.replace("-", "")
    slips = []
    for at, letter in enumerate(letters):
        other = lk1.SYMBOLS[(lk1.SYMBOLS.index(letter) + 1) % 32]
        slips.append(letters[:at] + other + letters[at + 1 :])
    found = asked(modules, READ_KEYS, slips)
    # Ten bits let one slip of a thousand pass; for this key it is none.
    assert {each.get("code") for each in found} == {"typo"}
    assert not [text for text in slips if opens(lk1.read_backup_key, text)]
    wrong = asked(modules, READ_KEYS, ["", letters[:-1], letters + "0", "U" + letters[1:], "<b>"])
    assert [each["words"] for each in wrong] == [
        "A backup key has 34 letters and digits, and this has 0.",
        "A backup key has 34 letters and digits, and this has 33.",
        "A backup key has 34 letters and digits, and this has 35.",
        "A backup key has no “U” in it. Look at that place again.",
        "A backup key has no “<” in it. Look at that place again.",
    ]
    slot = lk1.make_slot(VAULT, "recovery-key", RECOVERY)
    foreign = lk1.show_backup_key(b"\1" * 20)
    slipped, other = asked(
        modules, SLOTS, [[slot, VAULT.id, {"backupKey": key}] for key in (slips[0], foreign)]
    )
    assert (slipped["code"], other["code"]) == ("typo", "closed")
    assert other["words"] == "This backup key is one of another backup."


MAKE_SLOTS = f"""{TRIED}
const {{ makeSlot }} = await use("lk1/slots");
const {{ vault, key, secret, inputs }} = JSON.parse(given);
const found = [];
for (const input of inputs) {{
  if (input.prf) input.prf = fromText(input.prf);
  found.push(await makeSlot({{ vault, key, secret: fromText(secret), ...input }}));
}}
return JSON.stringify(found);
"""
INPUTS: dict[str, Json] = {
    "recovery-key": {"backupKey": RECOVERY},
    "passphrase": {"passphrase": WORDS},
    "passkey": {"prf": lk1.spelled(PRF)},
}
GIVEN: dict[str, str | bytes] = {
    "recovery-key": RECOVERY,
    "passphrase": WORDS,
    "passkey": PRF,
}


def way_of(slot: Json) -> str:
    """The kind of a slot, or any of them if that was changed too."""
    return slot["kind"] if slot["kind"] in INPUTS else "passkey"


def slots_here() -> list[Json]:
    return [
        lk1.make_slot(VAULT, "recovery-key", RECOVERY),
        lk1.make_slot(VAULT, "passphrase", WORDS, **CHEAP),
        lk1.make_slot(VAULT, "passkey", PRF, **TIED),
    ]


def test_slots_open_on_the_other_side(modules: Phone) -> None:
    inputs = [{"kind": kind, **way} for kind, way in INPUTS.items()]
    inputs[-1] |= TIED
    vault = {"vault": VAULT.id, "key": VAULT.key, "secret": lk1.spelled(VAULT.secret)}
    there = asked(modules, MAKE_SLOTS, {**vault, "inputs": inputs})
    assert [slot["kind"] for slot in there] == list(INPUTS)
    assert {slot["key"] for slot in there} == {VAULT.key}
    assert [slot["params"] for slot in there] == [
        {},
        lk1.passphrase_params(lk1.unspelled(there[1]["params"]["salt"])),
        TIED,
    ]
    for slot in there:
        assert lk1.open_slot(slot, VAULT.id, GIVEN[slot["kind"]]) == VAULT.secret
    cases = [[slot, VAULT.id, INPUTS[slot["kind"]]] for slot in slots_here()]
    assert asked(modules, SLOTS, cases) == [{"got": lk1.spelled(VAULT.secret)}] * 3


def test_a_passphrase_opens_however_the_keyboard_composes_it(modules: Phone) -> None:
    slot = lk1.make_slot(VAULT, "passphrase", "Zwo\u0308lf \ufb01ne", **CHEAP)
    words = ["Zw\u00f6lf fine", "zw\u00f6lf fine"]
    found = asked(modules, SLOTS, [[slot, VAULT.id, {"passphrase": each}] for each in words])
    assert found[0] == {"got": lk1.spelled(VAULT.secret)}
    assert found[1]["words"] == "This passphrase does not open this backup."


def test_a_derivation_that_is_too_light_or_too_heavy_is_refused(modules: Phone) -> None:
    good = lk1.make_slot(VAULT, "passphrase", WORDS, **CHEAP)
    costs: list[Json] = [
        {"memory": 19455},
        {"memory": 262145},
        {"memory": "19456"},
        {"passes": 1},
        {"passes": 10**9},
        {"lanes": 0},
        {"lanes": 99},
        {"kdf": "argon2i"},
    ]
    slots = [{**good, "params": {**CHEAP, **cost}} for cost in costs]
    found = asked(modules, SLOTS, [[slot, VAULT.id, INPUTS["passphrase"]] for slot in slots])
    words = "The lock of these accounts asks for more than this app does."
    assert [each.get("words") for each in found] == [words] * len(costs)


def test_a_changed_bit_of_a_slot_is_refused_by_both(modules: Phone) -> None:
    by_key, by_words, by_passkey = slots_here()
    changed: list[Json] = []
    for slot in (by_key, by_passkey):
        changed += flips(slot, "id", "kind", "key", "nonce", "sealed", bits=range(4))
        changed += byte_flips(slot, "nonce", range(12))
        changed += byte_flips(slot, "sealed", range(48))
    changed += [{**by_passkey, "params": params} for params in flips(TIED, *TIED)]
    changed += [{**by_key, "params": {"later": 1}}, {**by_key, "kind": "toString"}]
    for name in ("nonce", "sealed"):
        changed += byte_flips(by_words, name, range(1))
    changed += [{**by_words, "key": OTHER.key}, {**by_words, "id": NOBODY}]
    costs: list[Json] = [
        {"passes": 3},
        {"memory": 19457},
        {"salt": lk1.spelled(b"1" * 16)},
        {"later": None},
    ]
    changed += [{**by_words, "params": {**CHEAP, **cost}} for cost in costs]
    assert len(changed) > 1000

    cases: list[list[Any]] = [[slot, VAULT.id, INPUTS[way_of(slot)]] for slot in changed]
    cases.append([by_key, OTHER.id, INPUTS["recovery-key"]])
    found = asked(modules, SLOTS, cases)
    assert {each.get("code") for each in found} <= {"closed", "damaged", "newer"}
    assert not [
        slot
        for slot, vault, _input in cases
        if opens(lk1.open_slot, slot, vault, GIVEN[way_of(slot)])
    ]


def test_the_way_in_of_a_newer_app_says_so(modules: Phone) -> None:
    slot = {**lk1.make_slot(VAULT, "recovery-key", RECOVERY), "kind": "card"}
    [found] = asked(modules, SLOTS, [[slot, VAULT.id, {}]])
    assert found["code"] == "newer"
