// What other apps write, with what they know beside the code, and with parts that are broken.
import assert from "node:assert/strict";
import { createCipheriv, pbkdf2Sync, scryptSync } from "node:crypto";
import { test } from "node:test";
import "./page.js";
import { KEY, account, batch, link, message } from "./links.js";

const { readExport } = await import("../../static/authenticator/formats/detect.js");

globalThis.fetch = () => assert.fail("an export is read without asking anybody anything");

const DAMAGED = "A part of it is missing or damaged.";
const THROWN_AWAY = "It is in the other app's trash.";
const AEGIS = {
  version: 1,
  header: { slots: null, params: null },
  db: {
    version: 3,
    groups: [{ uuid: "g1", name: "Work" }],
    entries: [
      {
        type: "totp",
        name: "alice",
        issuer: "Aegis one",
        note: "by hand",
        favorite: true,
        icon: "https://tracker.example/icon.png",
        groups: ["g1"],
        info: { secret: KEY, algo: "SHA256", digits: 8, period: 60 },
      },
      {
        type: "hotp",
        name: "bob",
        issuer: "Aegis two",
        info: { secret: KEY, algo: "SHA1", digits: 6, counter: 7 },
      },
      { type: "yandex", name: "carol", issuer: "Aegis three", info: { secret: KEY } },
    ],
  },
};
const TWO_FAS = {
  schemaVersion: 4,
  groups: [{ id: "a1", name: "Home" }],
  services: [
    {
      name: "2FAS one",
      secret: KEY,
      groupId: "a1",
      otp: { account: "dave", digits: 6, period: 30, tokenType: "TOTP" },
    },
    { name: "2FAS two", secret: "", otp: { tokenType: "TOTP" } },
    { name: "2FAS three", secret: KEY, otp: { tokenType: "STEAM", issuer: "Steam" } },
  ],
};
const BITWARDEN = {
  encrypted: false,
  items: [
    { name: "No code", login: { username: "x", password: "p", totp: null } },
    { name: "Bit one", login: { username: "erin", password: "hidden", totp: KEY } },
    {
      name: "Bit two",
      login: {
        username: "frank",
        totp: "otpauth://totp/Inner:ina?secret=JBSWY3DPEHPK3PXP&issuer=Inner",
      },
    },
    { name: "Bit three", login: { username: "frank", totp: "steam://JBSWY3DPEHPK3PXP" } },
    { name: "A card", card: { number: "4111" } },
  ],
};
const ENTE = [`${link("Ente one")}&codeDisplay=%7B%7D`, "", link("Ente two", "alice", KEY, "hotp")];

const read = async (text) => (await readExport(text)).items;
const readJson = (value) => read(JSON.stringify(value));
const entries = (items) => items.flatMap(({ entry }) => entry ?? []);
const reasons = (items) => items.flatMap(({ why }) => why ?? []);

const many = Array.from({ length: 9 }, (_each, at) => account(`${at}?>`, "~~~"));
// [text, accounts, what cannot be read]
const CASES = {
  Google: [batch([account("Big:x", "Big"), account("y", "", { 6: 1, 7: 5 })]), 2, 0],
  "Google, not escaped": [batch(many, { isEscaped: false }), 9, 0],
  "Google, MD5 and empty": [
    batch([account("x", "Z", { 1: "" }), account("y", "Y", { 5: 2 })]),
    1,
    1,
  ],
  Aegis: [JSON.stringify(AEGIS), 2, 1],
  "2FAS": [`\ufeff${JSON.stringify(TWO_FAS)}`, 2, 1],
  Bitwarden: [JSON.stringify(BITWARDEN), 3, 0],
  Ente: [ENTE.join("\n"), 2, 0],
};

for (const [name, [text, good, bad]] of Object.entries(CASES)) {
  test(`is read and nothing is dropped: ${name}`, async () => {
    const items = await read(text);
    assert.deepEqual([entries(items).length, reasons(items).length], [good, bad]);
  });
}

test("what the apps know beside the code comes along", async () => {
  const found = await Promise.all(Object.values(CASES).map(([text]) => read(text)));
  const byName = Object.fromEntries(entries(found.flat()).map((entry) => [entry.issuer, entry]));
  assert.partialDeepStrictEqual(byName["Aegis one"], {
    algorithm: "SHA256",
    digits: 8,
    period: 60,
    tags: ["Work"],
    pinned: true,
    notes: "by hand",
  });
  assert.equal(byName["Aegis two"].counter, 7);
  assert.deepEqual(byName["2FAS one"].tags, ["Home"]);
  assert.equal(byName["2FAS one"].label, "dave");
  // The name of the item is what the person called it, whatever the link in it says.
  assert.deepEqual([byName["Bit one"].label, byName["Bit two"].label], ["erin", "ina"]);
  assert.equal(byName.Big.secret, KEY);
});

const sealed = (key, nonce, text) => {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return { body, tag: cipher.getAuthTag() };
};

const PASSWORD = "a password of another app";

/** The Aegis export as its documentation tells: scrypt, then AES-GCM twice. */
const encryptedAegis = () => {
  const [salt, master] = [Buffer.alloc(32, "s"), Buffer.alloc(32, "m")];
  const derived = scryptSync(PASSWORD, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
  const slot = sealed(derived, Buffer.alloc(12, "k"), master);
  const db = sealed(master, Buffer.alloc(12, "p"), JSON.stringify(AEGIS.db));
  const hex = (bytes) => bytes.toString("hex");
  const key_params = { nonce: hex(Buffer.alloc(12, "k")), tag: hex(slot.tag) };
  const cost = { n: 2 ** 10, r: 8, p: 1, salt: hex(salt) };
  const slots = [{ type: 2, key: "00" }, { type: 1, key: hex(slot.body), key_params, ...cost }];
  const params = { nonce: hex(Buffer.alloc(12, "p")), tag: hex(db.tag) };
  return { version: 1, header: { slots, params }, db: db.body.toString("base64") };
};

/** The 2FAS export as it does: PBKDF2 with 10 000 rounds, then AES-GCM. */
const encrypted2Fas = () => {
  const [salt, nonce] = [Buffer.alloc(256, "s"), Buffer.alloc(12, "n")];
  const key = pbkdf2Sync(PASSWORD, salt, 10_000, 32, "sha256");
  const { body, tag } = sealed(key, nonce, JSON.stringify(TWO_FAS.services));
  const pieces = [Buffer.concat([body, tag]), salt, nonce].map((each) => each.toString("base64"));
  const { groups, schemaVersion } = TWO_FAS;
  return { schemaVersion, groups, services: [], servicesEncrypted: pieces.join(":") };
};

const NONE = {
  "": "This is not an export that the app can read.",
  "<html>Sign in to the hotel": "This is not an export that the app can read.",
  '{"a": 1}': "This is not an export that the app can read.",
  [JSON.stringify(encryptedAegis())]: "type the password it was made with",
  [JSON.stringify(encrypted2Fas())]: "type the password it was made with",
  '{"encrypted": true, "data": "x"}': "Export it again as plain JSON",
};

for (const [text, words] of Object.entries(NONE)) {
  test(`says so: ${text.slice(0, 40)}`, async () => {
    await assert.rejects(readExport(text), { name: "Refusal", message: new RegExp(words) });
  });
}

test("an export of 2FAS is opened by its password, and by no other", async () => {
  const text = JSON.stringify(encrypted2Fas());
  const { items } = await readExport(text, PASSWORD);
  assert.deepEqual([entries(items).length, reasons(items).length], [2, 1]);
  await assert.rejects(readExport(text, "another"), { message: /password does not open/ });
});

test("a cut export of Google says so", async () => {
  assert.deepEqual(reasons(await read(batch([account("x", "Z")]).slice(0, -12))), [
    "The export is cut off or damaged.",
  ]);
});

const ente = (name, display) =>
  `${link(name)}&codeDisplay=${encodeURIComponent(JSON.stringify(display))}`;

test("Ente tells what is in its trash and what was written down", async () => {
  const tags = ["Work", "", 7, null, "Work"];
  const used = { lastUsedAt: 0, tapCount: 3 };
  const items = await read(
    [
      ente("Gone", { trashed: true, pinned: true }),
      ente("Kept", { trashed: false, pinned: true, tags, note: "at desk" }),
      ente("Plain", { trashed: false, pinned: false, tags: [], note: "", ...used }),
      `${link("Broken")}&codeDisplay=%7Bnot`,
      `${link("Odd")}&codeDisplay=%5B1%5D`,
    ].join("\n"),
  );
  const [kept, ...others] = entries(items);
  assert.deepEqual([kept.pinned, kept.tags, kept.notes], [true, ["Work", "7"], "at desk"]);
  assert.equal(others.length, 3);
  for (const entry of others) {
    for (const name of ["pinned", "tags", "notes"]) assert.ok(!(name in entry));
  }
  const left = items.filter(({ why }) => why).map(({ name, why }) => [name, why]);
  assert.deepEqual(left, [["otpauth://totp/Gone:alice", THROWN_AWAY]]);
});

test("a service of 2FAS has the name it was given", async () => {
  const otp = { tokenType: "TOTP", issuer: "Google", account: "a@x.org" };
  const named = { ...otp, account: "", label: "Google:b@x.org" };
  const services = [
    { name: "Work mail", secret: KEY, otp, order: { position: 1 } },
    { name: "Home: mail", secret: KEY, otp, order: { position: 0 } },
    { name: "", secret: KEY, otp: named },
  ];
  const found = entries(await readJson({ services })).map(({ issuer, label }) => [issuer, label]);
  assert.deepEqual(found, [
    ["Home: mail", "a@x.org"],
    ["Work mail", "a@x.org"],
    ["Google", "b@x.org"],
  ]);
});

test("an item of Bitwarden has its name whole", async () => {
  const names = [
    "https://git.example.org:8443",
    "Bank: savings",
    "AWS production",
    "AWS staging",
  ];
  const totps = [KEY, KEY, link("AWS", "me"), link("AWS", "me")];
  const items = names.map((name, at) => ({ name, login: { username: "me", totp: totps[at] } }));
  const thrown = { name: "Old", deletedDate: "2026-01-01T00:00:00Z", login: { totp: KEY } };
  const found = await readJson({ items: [...items, thrown] });
  assert.deepEqual(
    entries(found).map(({ issuer }) => issuer),
    names,
  );
  assert.deepEqual(new Set(entries(found).map(({ label }) => label)), new Set(["me"]));
  assert.deepEqual(reasons(found), [THROWN_AWAY]);
});

const STEAM = [
  link("Steam"),
  `${link("Steam")}&digits=6&period=30&algorithm=SHA1`,
  `otpauth://totp/alice?secret=${KEY}&issuer=STEAM`,
  `otpauth://totp/Steam:alice?secret=${KEY}&digits=5`,
  JSON.stringify({ services: [{ name: "Steam", secret: KEY, otp: { tokenType: "TOTP" } }] }),
  JSON.stringify({ db: { entries: [{ issuer: "Steam", info: { secret: KEY } }] } }),
  JSON.stringify({ items: [{ name: "Steam", login: { totp: KEY } }] }),
];

for (const text of STEAM) {
  test(`an account of Steam has the codes of Steam: ${text.slice(0, 60)}`, async () => {
    const [{ entry }] = await read(text);
    assert.deepEqual([entry.type, entry.digits], ["steam", 5]);
  });
}

test("Steamship is not Steam", async () => {
  const [{ entry }] = await read(link("Steamship", "a"));
  assert.equal(entry.type, "totp");
});

// --- One that is broken, and the others ---------------------------------------------------------

const ODD = [null, 7, "n0thing", [], {}, { name: {} }, [null]];
const [FIRST] = AEGIS.db.entries;
const isPlain = (each) => each !== null && typeof each === "object" && !Array.isArray(each);
const SHAPES = {
  Aegis: { db: { entries: [...ODD, FIRST] } },
  "Aegis, info": {
    db: {
      groups: [null, 7, { uuid: "g1", name: null }],
      entries: [
        ...ODD.map((each) => ({ type: "totp", name: "x", info: each })),
        ...ODD.map((each) => ({ type: "totp", name: "x", info: { secret: each } })),
        { ...FIRST, groups: [null, {}], note: {}, favorite: 1 },
      ],
    },
  },
  "2FAS": { groups: [null], services: [...ODD, TWO_FAS.services[0]] },
  "2FAS, otp": {
    groups: null,
    services: [...ODD.map((each) => ({ name: "x", otp: each })), TWO_FAS.services[0]],
  },
  Bitwarden: { items: [...ODD.filter((each) => !isPlain(each)), BITWARDEN.items[1]] },
  "Bitwarden, login": {
    items: [
      ...[7, "n0thing", { name: {} }, [null]].map((each) => ({ name: 7, login: { totp: each } })),
      BITWARDEN.items[1],
    ],
  },
  JSON: { tokens: [...ODD, { secret: KEY, issuer: "X" }] },
  links: [...ODD, link("X")],
};

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`one broken part does not refuse the others: ${name}`, async () => {
    const items = await readJson(shape);
    assert.equal(entries(items).length, 1);
    assert.ok(reasons(items).length >= ODD.length - 3);
    for (const words of reasons(items)) {
      assert.ok(words === DAMAGED || /key|kind of code/.test(words), words);
    }
  });
}

const BROKEN = [
  '{"db": "AAAA", "header": {"slots": [null, {"type": 1}], "params": null}}',
  '{"db": "AAAA", "header": {"slots": [{"type": 1, "n": 2, "r": 8, "p": 1}]}}',
  '{"servicesEncrypted": "AAAA:AAAA"}',
  '{"servicesEncrypted": "A:*:A"}',
  '{"format": "lk1-file", "envelope": {}, "slots": [null]}',
  '{"format": "lk1-file", "envelope": {"vault": 7}, "slots": [{"kind": "passphrase"}]}',
  '{"db": {"entries": [{"name": "cut o',
  '[{"secret": ',
];

for (const text of BROKEN) {
  test(`a broken file has a sentence of ours: ${text}`, async () => {
    await assert.rejects(readExport(text, "a password"), { name: "Refusal" });
  });
}

test("a broken account of Google does not refuse the others", async () => {
  const odd = [
    [0xff],
    [0x0a, 0xff],
    message({ 1: 7 }),
    account("y", "Kind", { 6: 9 }),
    account("z", "Empty", { 1: "" }),
  ];
  const good = account("x", "Good");
  const items = await read(batch([...odd, good]));
  assert.deepEqual(
    entries(items).map(({ issuer }) => issuer),
    ["Good"],
  );
  assert.equal(reasons(items).length, odd.length);
  const [damaged] = await read(batch([good], { size: 2 ** 40 }));
  assert.equal(damaged.why, "The export is cut off or damaged.");
});

// --- What was there -----------------------------------------------------------------------------

const UNKNOWN = {
  Ente: { items: [{ type: "totp", issuer: "A", account: "a", secret: KEY }] },
  "Ente, links": {
    items: [
      {
        id: 1,
        rawData: "otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXP&issuer=A",
        codeDisplay: { pinned: true },
      },
    ],
  },
  "2FAuth": { data: [{ otp_type: "totp", service: "A", account: "a", secret: KEY }] },
  "FreeOTP+": {
    tokens: [
      {
        type: "TOTP",
        issuerExt: "A",
        label: "a",
        algo: "SHA1",
        secret: [72, 101, 108, 108, 111, 33, -34, -83, -66, -17],
      },
    ],
  },
  LastPass: { accounts: [{ issuerName: "A", userName: "a", secret: KEY, timeStep: 30 }] },
  Raivo: [{ issuer: "A", account: "a", secret: KEY, timer: "30", kind: "TOTP" }],
  one: { issuer: "A", label: "a", secret: KEY },
  "of links": { export: { uris: ["otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXP&issuer=A"] } },
};

for (const [name, value] of Object.entries(UNKNOWN)) {
  test(`JSON of another app is read by what is in it: ${name}`, async () => {
    const [entry, ...others] = entries(await readJson(value));
    assert.deepEqual([entry.issuer, entry.label, entry.secret], ["A", "a", KEY]);
    assert.deepEqual(others, []);
  });
}

const NOTHING = [
  [
    { version: 1, kdfParams: {}, encryptedData: "x", encryptionNonce: "y" },
    "Ente's encrypted export",
  ],
  [
    { items: [{ type: 3, name: "A card", card: {} }] },
    "^There are no accounts with codes in this export of Bitwarden.$",
  ],
  [{ services: [] }, "^There are no accounts with codes in this export of 2FAS.$"],
  [{ items: [] }, "not an export that the app can read"],
  [{ items: [{ x: 1 }] }, "not an export that the app can read"],
];

for (const [value, words] of NOTHING) {
  test(`an export without accounts says so: ${JSON.stringify(value)}`, async () => {
    await assert.rejects(readJson(value), { message: new RegExp(words) });
  });
}
