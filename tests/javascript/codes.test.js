// Codes against the tables of the standards, and Base32 against its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import { KEY } from "./links.js";

const { decode, encode } = await import("../../static/authenticator/otp/base32.js");
const { codeAt, stepAt } = await import("../../static/authenticator/otp/codes.js");

const bytesOf = (text) => new TextEncoder().encode(text);
const repeated = (length) => bytesOf("1234567890".repeat(7).slice(0, length));
const SEEDS = { SHA1: repeated(20), SHA256: repeated(32), SHA512: repeated(64) };
const RFC_6238 = [
  [59, "94287082", "46119246", "90693936"],
  [1111111109, "07081804", "68084774", "25091201"],
  [1111111111, "14050471", "67062674", "99943326"],
  [1234567890, "89005924", "91819424", "93441116"],
  [2000000000, "69279037", "90698825", "38618901"],
  [20000000000, "65353130", "77737706", "47863826"],
];
const RFC_4226 = [
  "755224",
  "287082",
  "359152",
  "969429",
  "338314",
  "254676",
  "287922",
  "162583",
];
const STEAM = "63BEDWCQZKTQWPESARIERL5DTTQFCJTK";

const entry = (secret, more = {}) => ({
  type: "totp",
  algorithm: "SHA1",
  digits: 6,
  period: 30,
  secret: typeof secret === "string" ? secret : encode(secret),
  ...more,
});

const CASES = [
  ...RFC_6238.flatMap(([time, ...codes]) =>
    Object.keys(SEEDS).map((algorithm, at) => [
      entry(SEEDS[algorithm], { algorithm, digits: 8 }),
      time,
      codes[at],
    ]),
  ),
  ...RFC_4226.map((code, counter) => [entry(SEEDS.SHA1, { type: "hotp" }), counter, code]),
  [entry(KEY), 59, "996554"],
  [entry(KEY), 1234567890, "742275"],
  [entry(STEAM, { type: "steam" }), 1511200518, "FR8RV"],
  [entry(SEEDS.SHA1, { type: "hotp", digits: 10 }), 0, "1284755224"],
  [entry(SEEDS.SHA1, { type: "hotp", digits: 5 }), 0, "55224"],
  [entry(SEEDS.SHA1, { period: 60, digits: 8 }), 118, "94287082"],
];

test("codes are those of the standards", async () => {
  assert.equal(CASES.length, 32);
  for (const [account, time, code] of CASES) {
    const counter = account.type === "hotp" ? time : stepAt(account, time * 1000).step;
    assert.equal(await codeAt(account, counter), code, JSON.stringify([account, time]));
  }
});

test("Base32 is the one of the RFC", () => {
  const all = Uint8Array.from({ length: 256 }, (_each, at) => at);
  const WORDS = [
    [bytesOf("f"), "MY"],
    [bytesOf("fo"), "MZXQ"],
    [bytesOf("foo"), "MZXW6"],
    [bytesOf("foob"), "MZXW6YQ"],
    [bytesOf("fooba"), "MZXW6YTB"],
    [bytesOf("foobar"), "MZXW6YTBOI"],
    [
      all,
      "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQTCQKRMFYYDENBWHA5DYPSAIJCEMSCKJRHFAUSUKZMFUXC6MBR" +
        "GIZTINJWG44DSOR3HQ6T4P2AIFBEGRCFIZDUQSKKJNGE2TSPKBIVEU2UKVLFOWCZLJNVYXK6L5QGCYTD" +
        "MRSWMZ3INFVGW3DNNZXXA4LSON2HK5TXPB4XU634PV7H7AEBQKBYJBMGQ6EITCULRSGY5D4QSGJJHFEV" +
        "S2LZRGM2TOOJ3HU7UCQ2FI5EUWTKPKFJVKV2ZLNOV6YLDMVTWS23NN5YXG5LXPF5X274BQOCYPCMLRWH" +
        "ZDE4VS6MZXHM7UGR2LJ5JVOW27MNTWW33TO55X7A4HROHZHF43T6R2PK5PWO33XP6DY7F47U6X3PP6HZ" +
        "7L57Z7P674",
    ],
  ];
  for (const [bytes, text] of WORDS) {
    assert.equal(encode(bytes), text);
    assert.deepEqual(decode(text.toLowerCase()), bytes);
  }
});
