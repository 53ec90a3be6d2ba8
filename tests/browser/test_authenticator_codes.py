"""The app's own modules in real Chromium, against the tables of the standards."""

from base64 import b32encode
from typing import Any

import pytest

from tests.browser.authenticator import KEY, Phone

pytestmark = pytest.mark.no_rows
SEEDS = {
    "SHA1": b"12345678901234567890",
    "SHA256": b"12345678901234567890123456789012",
    "SHA512": b"1234567890123456789012345678901234567890123456789012345678901234",
}
RFC_6238 = {
    59: ("94287082", "46119246", "90693936"),
    1111111109: ("07081804", "68084774", "25091201"),
    1111111111: ("14050471", "67062674", "99943326"),
    1234567890: ("89005924", "91819424", "93441116"),
    2000000000: ("69279037", "90698825", "38618901"),
    20000000000: ("65353130", "77737706", "47863826"),
}
RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583"]
STEAM = "63BEDWCQZKTQWPESARIERL5DTTQFCJTK"
CODES = """
const { codeAt, stepAt } = await use("codes");
return Promise.all(given.map(([entry, time]) =>
  codeAt(entry, entry.type === "hotp" ? time : stepAt(entry, time * 1000).step)));
"""
PARSE = """
const { parse, format } = await use("otpauth");
return given.map((link) => {
  try {
    const entry = parse(link);
    return [entry, JSON.stringify(parse(format(entry))) === JSON.stringify(entry)];
  } catch (error) {
    return [error.name === "Refusal" ? error.message : `${error}`, true];
  }
});
"""


def entry(secret: bytes | str, **more: Any) -> dict[str, Any]:
    key = secret if isinstance(secret, str) else b32encode(secret).decode().rstrip("=")
    usual = {"type": "totp", "algorithm": "SHA1", "digits": 6, "period": 30}
    return {**usual, "secret": key, **more}


def test_codes_are_those_of_the_standards(modules: Phone) -> None:
    cases: list[tuple[dict[str, Any], int, str]] = []
    for at, codes in RFC_6238.items():
        for (name, seed), code in zip(SEEDS.items(), codes, strict=True):
            cases.append((entry(seed, algorithm=name, digits=8), at, code))
    cases += [(entry(SEEDS["SHA1"], type="hotp"), n, code) for n, code in enumerate(RFC_4226)]
    cases += [
        (entry(KEY), 59, "996554"),
        (entry(KEY), 1234567890, "742275"),
        (entry(STEAM, type="steam"), 1511200518, "FR8RV"),
        (entry(SEEDS["SHA1"], type="hotp", digits=10), 0, "1284755224"),
        (entry(SEEDS["SHA1"], type="hotp", digits=5), 0, "55224"),
        (entry(SEEDS["SHA1"], period=60, digits=8), 118, "94287082"),
    ]
    found = modules.run(CODES, [[case, at] for case, at, _code in cases])
    assert found == [code for _case, _at, code in cases]


GOOD: dict[str, dict[str, Any]] = {
    "otpauth://totp/Example:alice@example.org?secret=JBSWY3DPEHPK3PXP&issuer=Example": {
        "type": "totp",
        "issuer": "Example",
        "label": "alice@example.org",
        "secret": KEY,
        "algorithm": "SHA1",
        "digits": 6,
        "period": 30,
    },
    "otpauth://totp/Big%20Corp%3Aalice?secret=JBSWY3DPEHPK3PXP": {
        "issuer": "Big Corp",
        "label": "alice",
    },
    "otpauth://totp/alice?secret=JBSWY3DPEHPK3PXP": {"issuer": "", "label": "alice"},
    "OTPAUTH://TOTP/alice?Secret=jbsw%20y3dp-ehpk%203pxp": {"secret": KEY},
    "otpauth://totp/C#:bob#1?secret=JBSWY3DPEHPK3PXP&issuer=C#": {"issuer": "C#", "label": "bob#1"},
    "otpauth://totp/what?:x?secret=JBSWY3DPEHPK3PXP": {"issuer": "what?", "label": "x"},
    "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP====&issuer=A+B&algorithm=SHA-256&digits=8&period=9": {
        "secret": KEY,
        "issuer": "A B",
        "algorithm": "SHA256",
        "digits": 8,
        "period": 9,
    },
    "otpauth://totp/a+b@x.org?secret=JBSWY3DPEHPK3PXP": {"label": "a+b@x.org"},
    "otpauth://totp/a%zz?secret=JBSWY3DPEHPK3PXP&algorithm=HmacSHA512": {
        "label": "a%zz",
        "algorithm": "SHA512",
    },
    "otpauth://hotp/Bank:1?secret=JBSWY3DPEHPK3PXP&counter=41": {"type": "hotp", "counter": 41},
    "otpauth://steam/Steam:me?secret=JBSWY3DPEHPK3PXP": {"type": "steam", "digits": 5},
    "otpauth://totp/Steam:me?secret=JBSWY3DPEHPK3PXP&encoder=steam": {"type": "steam"},
    "steam://JBSWY3DPEHPK3PXP": {"type": "steam", "issuer": "Steam", "secret": KEY},
    "otpauth://totp/Old:x?secret=JBSWY3DPEHPK3PXP&issuer=New": {"issuer": "New", "label": "Old:x"},
    "otpauth://motp/Old:x?secret=7": {"type": "unknown", "kind": "motp", "issuer": "Old"},
    "otpauth://totp/\u202ekcul:x?secret=JBSWY3DPEHPK3PXP": {"issuer": "kcul"},
    "otpauth://totp/" + "x" * 10_000 + "?secret=JBSWY3DPEHPK3PXP": {"label": "x" * 10_000},
    "otpauth://totp/<img src=x onerror=alert(1)>:y?secret=JBSWY3DPEHPK3PXP": {
        "issuer": "<img src=x onerror=alert(1)>"
    },
}
BAD = {
    "https://example.org/?secret=JBSWY3DPEHPK3PXP": "not a link of an authenticator app",
    "javascript:alert(1)": "not a link of an authenticator app",
    "otpauth://totp/a?secret=": "no key in it",
    "otpauth://totp/a": "no key in it",
    "otpauth://totp/a?secret=%20-%20": "The key is empty",
    "otpauth://totp/a?secret=JBSWY3DPEHPK3PX8": "no key has: “8”",
    "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&digits=12": "digits cannot be “12”",
    "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&period=0": "period cannot be “0”",
    "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&period=1e99": "period cannot be “1e99”",
    "otpauth://hotp/a?secret=JBSWY3DPEHPK3PXP&counter=-1": "counter cannot be “-1”",
    "otpauth://": "what kind of code",
    "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&x=" + "y" * 100_000: "too long",
}


def test_links_are_read_as_they_are_found_in_the_wild(modules: Phone) -> None:
    for (text, expected), (found, survives) in zip(
        GOOD.items(), modules.run(PARSE, list(GOOD)), strict=True
    ):
        assert isinstance(found, dict), f"{text[:80]}: {found}"
        assert expected.items() <= found.items(), f"{text[:80]}: {found}"
        assert survives, f"{text[:80]}: does not survive being written and read again"


def test_broken_links_are_refused_by_name(modules: Phone) -> None:
    for (text, words), (found, _survives) in zip(
        BAD.items(), modules.run(PARSE, list(BAD)), strict=True
    ):
        assert isinstance(found, str), f"{text[:80]} was taken"
        assert words in found, f"{text[:80]}: {found}"


def test_base32_is_the_one_of_the_rfc(modules: Phone) -> None:
    words = [b"f", b"fo", b"foo", b"foob", b"fooba", b"foobar", bytes(range(256))]
    found = modules.run(
        """const { encode, decode } = await use("base32");
           return given.map((bytes) => {
             const text = encode(new Uint8Array(bytes));
             return [text, [...decode(text.toLowerCase())]];
           });""",
        [list(word) for word in words],
    )
    assert found == [[b32encode(word).decode().rstrip("="), list(word)] for word in words]
