"""Cases of the backup format for the browser, and the same ones with a bit changed."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples

from tests import lk1
from tests.browser.authenticator import KEY, Phone
from tests.lk1 import NOBODY, Json, Refused

BATCHES = examples(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # a batch says itself which is its shortest case that fails
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Cases go to and fro as JSON, as they come from a server.
TRIED = """
const { fromText, toText } = await use("lk1/bytes");
const tried = async (act) => {
  try { return { got: await act() }; }
  catch (error) { return { code: error.code ?? String(error), words: error.message }; }
};
"""


def entry(**more: Any) -> Json:
    """An account."""
    usual = {"id": NOBODY, "type": "totp", "issuer": "Mail", "label": "a", "secret": KEY}
    return {**usual, **more}


def document(*entries: Json, **more: Any) -> Json:
    """A document with these accounts."""
    return {"format": 1, "entries": list(entries), "settings": {}, **more}


def asked(phone: Phone, body: str, cases: Any) -> Any:
    """Run a table of cases in the browser."""
    return json.loads(phone.run(body, json.dumps(cases)))


def shortest(cases: Sequence[Any], faults: Sequence[Any]) -> Any:
    """The shortest case that has faults, with them; `None` if none has."""
    wrong = [case for case in zip(cases, faults, strict=True) if case[1]]
    return min(wrong, key=lambda case: len(json.dumps(case)), default=None)


def opens(act: Callable[..., object], *given: Any) -> bool:
    """Tell whether Python opens it."""
    try:
        act(*given)
    except (Refused, ValueError):
        return False
    return True


def flips(record: Json, *names: str, bits: range = range(7)) -> Iterator[Json]:
    """The record with each of these bits of each letter of these texts changed."""
    for name in names:
        text = record[name]
        for at, letter in enumerate(text):
            for bit in bits:
                changed = chr(ord(letter) ^ 1 << bit)
                yield {**record, name: text[:at] + changed + text[at + 1 :]}


def byte_flips(record: Json, name: str, positions: range) -> Iterator[Json]:
    """The record with one bit changed in the bytes that a text stands for."""
    raw = lk1.unspelled(record[name])
    for at in positions:
        changed = bytearray(raw)
        changed[at] ^= 1 << (at % 8)
        yield {**record, name: lk1.spelled(bytes(changed))}
