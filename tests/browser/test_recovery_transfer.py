"""The key of a vault from phone to phone: only the phone that showed its QR code can open it."""

from typing import Any
from uuid import uuid4

import pytest

from tests.browser.authenticator import Phone
from tests.hand_over import Side, number_of, open_key, seal_key
from tests.lk1 import Vault, spelled, unspelled

pytestmark = pytest.mark.no_rows
BYTES = 'const { fromText, toText } = await use("lk1/bytes");'
SEAL = f"""{BYTES}
const {{ sealKey }} = await use("recovery/transfer");
return await sealKey({{ ...given, secret: fromText(given.secret) }});
"""
ASK = """
const { newPair } = await use("recovery/transfer");
globalThis.pair = await newPair();
return { shown: pair.shown, readable: pair.own.extractable };
"""
OPEN = f"""{BYTES}
const {{ openKey }} = await use("recovery/transfer");
try {{
  return toText(await openKey({{ ...given, pair: globalThis.pair }}));
}} catch (error) {{
  return error.code;
}}
"""


def asked_in_browser(modules: Phone) -> str:
    """Let the browser draw a key pair; return its public key."""
    pair = modules.run(ASK)
    assert pair["readable"] is False
    return str(pair["shown"])


def test_what_the_old_phone_seals_opens_outside_of_the_app(modules: Phone) -> None:
    vault, side, transfer = Vault(), Side(), str(uuid4())
    given = {"transfer": transfer, "asked": side.shown, "vault": vault.id, "key": vault.key}
    answer = modules.run(SEAL, {**given, "secret": spelled(vault.secret)})
    assert open_key(transfer, side, answer) == vault.secret
    numbers = 'return await (await use("recovery/transfer")).numberOf(given[0], given[1]);'
    assert modules.run(numbers, [transfer, side.shown]) == number_of(transfer, side.shown)


def broken(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """Change one bit of a value, or the id it names."""
    if name == "vault":
        return {**answer, "vault": str(uuid4())}
    if name == "key":
        return {**answer, "key": Vault().key}
    raw = bytearray(unspelled(answer[name]))
    raw[9] ^= 1
    return {**answer, name: spelled(bytes(raw))}


def test_what_was_sealed_outside_opens_on_the_new_phone_and_nothing_changed_does(
    modules: Phone,
) -> None:
    vault, transfer = Vault(), str(uuid4())
    asked = asked_in_browser(modules)
    answer = seal_key(transfer, asked, vault.id, vault.key, vault.secret)
    opened = modules.run(OPEN, {"transfer": transfer, "answer": answer})
    assert unspelled(opened) == vault.secret
    other = seal_key(transfer, Side().shown, vault.id, vault.key, vault.secret)
    wrong = [broken(answer, name) for name in answer]
    cut = {**answer, "sealed": answer["sealed"][:20]}
    for each in [*wrong, cut, {**answer, "nonce": None}, other, {}]:
        assert modules.run(OPEN, {"transfer": transfer, "answer": each}) == "damaged", each
    assert modules.run(OPEN, {"transfer": str(uuid4()), "answer": answer}) == "damaged"
