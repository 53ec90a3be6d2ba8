"""The backup format: the browser and Python open each other's, and nothing that was changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import lk1
from tests.browser.authenticator import Phone
from tests.browser.backups import (
    BATCHES,
    TRIED,
    asked,
    byte_flips,
    document,
    entry,
    flips,
    opens,
)
from tests.lk1 import NOBODY, Json, Vault

pytestmark = pytest.mark.no_rows
VAULT = Vault()
OTHER = Vault()
SEAL = f"""{TRIED}
const {{ sealEnvelope }} = await use("lk1/envelope");
const [secret, header, docs] = JSON.parse(given);
const seal = (doc) => sealEnvelope({{ ...header, secret: fromText(secret), doc }});
return JSON.stringify(await Promise.all(docs.map(seal)));
"""
OPEN = f"""{TRIED}
const {{ openEnvelope }} = await use("lk1/envelope");
const found = [];
for (const [secret, envelope] of JSON.parse(given)) {{
  found.push(await tried(() => openEnvelope({{ secret: fromText(secret), envelope }})));
}}
return JSON.stringify(found);
"""
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
ENTRY = st.builds(
    lambda more, name: {**more, "id": str(name)},
    st.dictionaries(st.text(max_size=9).filter(lambda name: name != "work"), JUNK, max_size=4),
    st.uuids(),
)
DOCUMENT = st.fixed_dictionaries(
    {
        "format": st.just(1),
        "entries": st.lists(ENTRY, max_size=4),
        "settings": st.dictionaries(st.text(max_size=9), JUNK, max_size=3),
    },
    optional={"later": JUNK},
)


def sealed_there(phone: Phone, *docs: Json) -> list[Json]:
    """Envelopes that the browser made."""
    header = {"vault": VAULT.id, "key": VAULT.key, "device": NOBODY}
    numbers = {"version": 8, "base": 7, "epoch": 2}
    found: list[Json] = asked(phone, SEAL, [lk1.spelled(VAULT.secret), header | numbers, docs])
    return found


def opened_there(phone: Phone, *envelopes: Json, secret: bytes = VAULT.secret) -> list[Json]:
    """What the browser says of these envelopes: `got`, or `code` and `words`."""
    cases = [[lk1.spelled(secret), envelope] for envelope in envelopes]
    found: list[Json] = asked(phone, OPEN, cases)
    return found


@BATCHES
@given(st.lists(DOCUMENT, min_size=5, max_size=20))
def test_what_is_sealed_opens_as_it_was_in_both(modules: Phone, docs: list[Json]) -> None:
    there = sealed_there(modules, *docs)
    assert [lk1.open_envelope(VAULT.secret, envelope) for envelope in there] == docs
    here = [lk1.seal_document(VAULT, doc) for doc in docs]
    assert [found.get("got") for found in opened_there(modules, *there, *here)] == docs * 2


def test_an_envelope_shows_its_header_and_a_size_in_blocks(modules: Phone) -> None:
    [small, large] = sealed_there(
        modules, document(), document(entry(notes="".join(map(chr, range(9000)))))
    )
    assert small.keys() == {*lk1.SIGNED, "ciphertext"}
    assert (small["version"], small["base"], small["epoch"]) == (8, 7, 2)
    sizes = [len(lk1.unspelled(each["ciphertext"])) - 16 for each in (small, large)]
    assert sizes[0] == 4096
    assert sizes[1] % 4096 == 0
    assert sizes[1] > 4096
    again = sealed_there(modules, document())[0]
    assert again["nonce"] != small["nonce"]
    assert again["commitment"] == small["commitment"]


def test_a_backup_has_no_work_secret_and_nothing_of_this_phone(modules: Phone) -> None:
    work = entry(work={"organisation": "Example"}, raw="otpauth://x", notes="kept", later=[1])
    [envelope] = sealed_there(modules, document(work, backup={"token": "t"}, later={"kept": 1}))
    found = lk1.open_envelope(VAULT.secret, envelope)
    kept = {name: value for name, value in work.items() if name not in {"secret", "raw"}}
    assert found == document(kept, later={"kept": 1})


def test_a_changed_bit_of_an_envelope_is_refused_by_both(modules: Phone) -> None:
    [envelope] = sealed_there(modules, document(entry()))
    size = len(lk1.unspelled(envelope["ciphertext"]))
    changed = [
        *flips(envelope, "format", "vault", "device", "key", "nonce"),
        *flips(envelope, "commitment", bits=range(3)),
        *byte_flips(envelope, "nonce", range(12)),
        *byte_flips(envelope, "commitment", range(32)),
        *byte_flips(envelope, "ciphertext", range(0, size, 61)),
        *byte_flips(envelope, "ciphertext", range(size - 16, size)),
    ]
    for name in ("version", "base", "epoch"):
        changed += [{**envelope, name: envelope[name] ^ 1 << bit} for bit in range(40)]
    last = envelope["ciphertext"]
    changed += [{**envelope, "ciphertext": text} for text in (last[:-4], last[:-1], last + "AAAA")]
    assert len(changed) > 1000
    found = opened_there(modules, envelope, *changed)
    assert "got" in found[0]
    assert [at for at, each in enumerate(found) if "got" in each] == [0]
    assert {each["code"] for each in found[1:]} <= {"damaged", "other-key", "newer"}
    assert opens(lk1.open_envelope, VAULT.secret, envelope)
    assert not [each for each in changed if opens(lk1.open_envelope, VAULT.secret, each)]


def test_each_reason_not_to_open_has_its_sentence(modules: Phone) -> None:
    good = lk1.seal_document(VAULT, document())
    plain = lk1.pack(document())
    body = plain[4 : 4 + int.from_bytes(plain[:4], "big")]
    cases: list[tuple[Json, str]] = [
        ({**good, "format": "lk2"}, "newer"),
        ({**good, "format": "lk12"}, "newer"),
        ({**good, "format": "lk1-file"}, "damaged"),
        ({**good, "format": "zip"}, "damaged"),
        ({**good, "ciphertext": None}, "damaged"),
        ({**good, "version": "1"}, "damaged"),
        ({**good, "version": -1}, "damaged"),
        ({**good, "device": "1\nlk1"}, "damaged"),
        ({}, "damaged"),
        (lk1.seal_document(OTHER, document()), "other-key"),
        (lk1.seal(VAULT, b""), "damaged"),
        (lk1.seal(VAULT, b"\xff\xff\xff\xff" + plain[4:]), "damaged"),
        (lk1.seal(VAULT, plain[:-1] + b"\1"), "damaged"),
        (lk1.seal(VAULT, (len(body) - 9).to_bytes(4, "big") + body[:-9]), "damaged"),
        (lk1.seal(VAULT, (len(body) + 9).to_bytes(4, "big") + body + b"x" * 9), "damaged"),
        (lk1.seal_document(VAULT, {"format": 1, "entries": {}}), "damaged"),
        (lk1.seal_document(VAULT, document(entry(id="1"))), "damaged"),
        (lk1.seal_document(VAULT, document(notes="x" * 9_000_000)), "too-large"),
    ]
    found = opened_there(modules, *[envelope for envelope, _code in cases])
    assert [each.get("code") for each in found] == [code for _envelope, code in cases]
    words = {each["code"]: each["words"] for each in found}
    assert words == {
        "newer": "A newer version of this app made this backup. Update the app.",
        "damaged": "This backup is cut off or damaged.",
        "other-key": "This key is not the one of this backup.",
        "too-large": "This backup is larger than the app can open.",
    }


def test_a_key_that_opens_without_its_commitment_is_refused(modules: Phone) -> None:
    foreign = lk1.spelled(lk1.hkdf(OTHER.secret, VAULT.id, "lk1/commit"))
    envelope = lk1.seal(VAULT, lk1.pack(document()), commitment=foreign)
    [found] = opened_there(modules, envelope)
    assert found["code"] == "other-key"


def test_a_document_of_a_newer_app_is_shown_and_never_written(modules: Phone) -> None:
    doc = {"format": 2, "accounts": [1]}
    [found] = opened_there(modules, lk1.seal_document(VAULT, doc))
    assert found == {"got": doc}
    body = f"""{TRIED}
    const {{ toBackup }} = await use("lk1/document");
    return JSON.stringify(await tried(() => toBackup(JSON.parse(given))));"""
    assert asked(modules, body, doc)["code"] == "newer"
