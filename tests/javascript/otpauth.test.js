// Links of one account, read as they are found in the wild and refused by name.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import { KEY, link } from "./links.js";

const { clean } = await import("../../static/authenticator/otp/base32.js");
const { searcher } = await import("../../static/authenticator/accounts/entries.js");
const { format, parse } = await import("../../static/authenticator/otp/otpauth.js");

const GOOD = [
  [
    "otpauth://totp/Example:alice@example.org?secret=JBSWY3DPEHPK3PXP&issuer=Example",
    {
      type: "totp",
      issuer: "Example",
      label: "alice@example.org",
      secret: KEY,
      algorithm: "SHA1",
      digits: 6,
      period: 30,
    },
  ],
  [
    "otpauth://totp/Big%20Corp%3Aalice?secret=JBSWY3DPEHPK3PXP",
    { issuer: "Big Corp", label: "alice" },
  ],
  ["otpauth://totp/alice?secret=JBSWY3DPEHPK3PXP", { issuer: "", label: "alice" }],
  ["OTPAUTH://TOTP/alice?Secret=jbsw%20y3dp-ehpk%203pxp", { secret: KEY }],
  [
    "otpauth://totp/C#:bob#1?secret=JBSWY3DPEHPK3PXP&issuer=C#",
    { issuer: "C#", label: "bob#1" },
  ],
  ["otpauth://totp/what?:x?secret=JBSWY3DPEHPK3PXP", { issuer: "what?", label: "x" }],
  [
    "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP====&issuer=A+B&algorithm=SHA-256&digits=8&period=9",
    { secret: KEY, issuer: "A B", algorithm: "SHA256", digits: 8, period: 9 },
  ],
  ["otpauth://totp/a+b@x.org?secret=JBSWY3DPEHPK3PXP", { label: "a+b@x.org" }],
  [
    "otpauth://totp/a%zz?secret=JBSWY3DPEHPK3PXP&algorithm=HmacSHA512",
    { label: "a%zz", algorithm: "SHA512" },
  ],
  ["otpauth://hotp/Bank:1?secret=JBSWY3DPEHPK3PXP&counter=41", { type: "hotp", counter: 41 }],
  ["otpauth://steam/Steam:me?secret=JBSWY3DPEHPK3PXP", { type: "steam", digits: 5 }],
  ["otpauth://totp/Steam:me?secret=JBSWY3DPEHPK3PXP&encoder=steam", { type: "steam" }],
  ["steam://JBSWY3DPEHPK3PXP", { type: "steam", issuer: "Steam", secret: KEY }],
  ["otpauth://totp/Old:x?secret=JBSWY3DPEHPK3PXP&issuer=New", { issuer: "New", label: "Old:x" }],
  ["otpauth://motp/Old:x?secret=7", { type: "unknown", kind: "motp", issuer: "Old" }],
  ["otpauth://totp/\u202ekcul:x?secret=JBSWY3DPEHPK3PXP", { issuer: "kcul" }],
  [
    `otpauth://totp/${"x".repeat(10_000)}?secret=JBSWY3DPEHPK3PXP`,
    { label: `${"x".repeat(10_000)}` },
  ],
  [
    "otpauth://totp/<img src=x onerror=alert(1)>:y?secret=JBSWY3DPEHPK3PXP",
    { issuer: "<img src=x onerror=alert(1)>" },
  ],
];

const BAD = [
  ["https://example.org/?secret=JBSWY3DPEHPK3PXP", "not a link of an authenticator app"],
  ["javascript:alert(1)", "not a link of an authenticator app"],
  ["otpauth://totp/a?secret=", "no key in it"],
  ["otpauth://totp/a", "no key in it"],
  ["otpauth://totp/a?secret=%20-%20", "The key is empty"],
  ["otpauth://totp/a?secret=JBSWY3DPEHPK3PX8", "no key has: “8”"],
  ["otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&digits=12", "digits cannot be “12”"],
  ["otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&period=0", "period cannot be “0”"],
  ["otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&period=1e99", "period cannot be “1e99”"],
  ["otpauth://hotp/a?secret=JBSWY3DPEHPK3PXP&counter=-1", "counter cannot be “-1”"],
  ["otpauth://", "what kind of code"],
  [`otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&x=${"y".repeat(100_000)}`, "too long"],
];

for (const [text, expected] of GOOD) {
  test(`is read: ${text.slice(0, 80)}`, () => {
    const entry = parse(text);
    assert.partialDeepStrictEqual(entry, expected);
    assert.deepEqual(parse(format(entry)), entry, "does not survive being written and read");
  });
}

for (const [text, words] of BAD) {
  test(`is refused: ${text.slice(0, 80)}`, () => {
    assert.throws(() => parse(text), { name: "Refusal", message: new RegExp(words) });
  });
}

// [link, issuer, account]; the first is the portal's own on a developer's machine
const LABELS = [
  ["127.0.0.1%3A8000%3A%20user?secret=K&issuer=127.0.0.1%3A8000", "127.0.0.1:8000", "user"],
  ["127.0.0.1%3A8000:user?secret=K&issuer=127.0.0.1%3A8000", "127.0.0.1:8000", "user"],
  ["127.0.0.1:8000:user?secret=K&issuer=127.0.0.1:8000", "127.0.0.1:8000", "user"],
  ["127.0.0.1%3A8000:user?secret=K", "127.0.0.1:8000", "user"],
  ["127.0.0.1%3a8000%3auser?secret=K&issuer=127.0.0.1%3a8000", "127.0.0.1:8000", "user"],
  ["Bank:%20savings%3Aalice?secret=K&issuer=Bank:%20savings", "Bank: savings", "alice"],
  ["Bank%3Asavings:alice?secret=K&issuer=BANK%3ASAVINGS", "BANK:SAVINGS", "alice"],
  ["A+B:alice?secret=K&issuer=A+B", "A B", "alice"],
  ["A%20B:alice?secret=K&issuer=A+B", "A B", "alice"],
  ["A%2BB:alice?secret=K&issuer=A%2BB", "A+B", "alice"],
  ["Disney+:alice?secret=K&issuer=Disney+", "Disney+", "alice"],
  ["AT&T:alice?secret=K&issuer=AT&T", "AT&T", "alice"],
  ["Big:%20alice?secret=K&issuer=Big", "Big", "alice"],
  ["Big%20:%20alice?secret=K&issuer=Big", "Big", "alice"],
  ["Big:Big:alice?secret=K&issuer=Big", "Big", "Big:alice"],
  [":alice?secret=K&issuer=Big", "Big", "alice"],
  [":a%3Ab?secret=K", "", "a:b"],
  ["Cafe%CC%81:alice?secret=K&issuer=Caf%C3%A9", "Café", "alice"],
  ["Git%E2%80%8BHub:alice?secret=K&issuer=GitHub", "GitHub", "alice"],
  ["Other:alice?secret=K&issuer=Big", "Big", "Other:alice"],
];

for (const [rest, issuer, label] of LABELS) {
  test(`an issuer is taken off its label: ${rest}`, () => {
    const found = parse(`otpauth://totp/${rest.replace("secret=K", `secret=${KEY}`)}`);
    assert.deepEqual([found.issuer, found.label], [issuer, label]);
  });
}

const TYPED = [
  "jbsw y3dp ehpk 3pxp",
  "JBSW-Y3DP-EHPK-3PXP",
  "JBSW\u2011Y3DP\u2013EHPK\u2014−3PXP",
  "JBSW.Y3DP·EHPK•3PXP",
  "\u200b\ufeffJBSWY3DP\u2060EHPK\u200e3PXP\u00ad",
  "ＪＢＳＷＹ３ＤＰＥＨＰＫ３ＰＸＰ",
  "JBSWY3DPEHPK3PXP======",
  "JBSW\u00a0Y3DP\u2009EHPK\u30003PXP.",
];

for (const text of TYPED) {
  test(`a typed key is read: ${JSON.stringify(text)}`, () => assert.equal(clean(text), KEY));
}

const ONE = link("One");
const AROUND = [`\u200b${ONE}`, ` “${ONE}” `, `<${ONE}>`, `\ufeff${ONE}\u2060`, `'${ONE}'`];

for (const text of AROUND) {
  test(`a link is read with what came along around it: ${JSON.stringify(text[0])}`, () => {
    const { issuer, label } = parse(text);
    assert.deepEqual([issuer, label], ["One", "alice"]);
  });
}

const FOUND = [
  ["Cafe\u0301 Roma", "Café"],
  ["Café Roma", "Cafe\u0301"],
  ["Café Roma", "cafe roma"],
  ["Müller", "muller"],
  ["Muller", "müller"],
  ["Straßenbahn", "strassen"],
  ["STRASSE", "straße"],
  ["Łódź", "lodz"],
  ["Smørrebrød", "smorrebrod"],
  ["ＧｉｔＨｕｂ", "github"],
  ["İstanbul", "istanbul"],
  ["Žižkov", "zizkov"],
];

const isFound = (issuer, words) =>
  searcher(words, "")({ id: issuer, revision: 1, issuer, label: "", tags: [] });

for (const [name, words] of FOUND) {
  test(`"${words}" finds "${name}"`, () => assert.ok(isFound(name, words)));
}

for (const [name, words] of [
  ["Müller", "miller"],
  ["Bank", "café"],
]) {
  test(`"${words}" does not find "${name}"`, () => assert.ok(!isFound(name, words)));
}
