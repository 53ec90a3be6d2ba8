// Links in texts of every kind: each is an account of its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import { KEY, account, batch, link } from "./links.js";

const { readExport } = await import("../../static/authenticator/formats/detect.js");
const { isSeveral } = await import("../../static/authenticator/formats/links.js");

const read = async (text) => (await readExport(text)).items;
const OTHER = "GEZDGNBVGY3TQOJQ";
const [ONE, TWO] = [link("One"), link("Two", "alice", OTHER)];
const PART = ONE.replace("&", "&amp;");
const SEVERAL = {
  "one behind the other": [`${ONE}${TWO}`],
  "a comma": [
    `${ONE},${TWO}`,
    `${ONE}, ${TWO},`,
    `${ONE};${TWO}`,
    `${ONE} ${TWO}`,
    `${ONE}|${TWO}`,
  ],
  "ends of lines": [
    `${ONE}\r${TWO}\r`,
    `${ONE}\r\n${TWO}`,
    `${ONE}\u2028${TWO}`,
    `${ONE}\v${TWO}`,
  ],
  quotes: [`"${ONE}","${TWO}"`, `'${ONE}'\n'${TWO}'`, `<${ONE}>\n<${TWO}>`],
  lists: [`- ${ONE}\n- ${TWO}`, `1. ${ONE}\n2. ${TWO}`, `\u200b${ONE}\n\ufeff${TWO}`],
  "a page": [
    `<html>\n<p>Codes</p>\n<a href="${PART}">One</a> <a href="${TWO}">Two</a>\n</html>`,
  ],
  JSON: [`["${ONE}",\n"${TWO}"]`, `{"accounts": ["${ONE}", "${TWO}"]}`],
  "upper case": [`${ONE.replace("otpauth", "OTPAUTH")}${TWO}`],
};

for (const [name, texts] of Object.entries(SEVERAL)) {
  test(`two links are two accounts: ${name}`, async () => {
    for (const text of texts) {
      const items = await read(text);
      const found = items.map(({ entry }) => [entry?.issuer, entry?.secret]);
      assert.deepEqual(
        found,
        [
          ["One", KEY],
          ["Two", OTHER],
        ],
        text,
      );
      assert.ok(!JSON.stringify(items).includes("otpauth"), text);
    }
  });
}

const long = (sign) =>
  `otpauth://totp/X:a?secret=${KEY}${sign}digits=8${sign}period=60${sign}algorithm=SHA256`;

for (const sign of ["&amp;", "&AMP;", "&#38;", "&#x26;", "&amp;amp;", "\\u0026"]) {
  test(`an ampersand out of a page drops nothing: ${sign}`, async () => {
    const ofATT = `otpauth://totp/AT${sign}T${long(sign).slice("otpauth://totp/".length)}`;
    for (const text of [long(sign), ofATT]) {
      const [{ entry }] = await read(text);
      assert.partialDeepStrictEqual(entry, { digits: 8, period: 60, algorithm: "SHA256" });
      assert.ok(!(entry.issuer + entry.label).includes(";"));
    }
  });
}

test("what is not seen in a number does not count", async () => {
  const [{ entry }] = await read(long("&").replace("digits=8", "digits=\u200b8\u2060"));
  assert.equal(entry.digits, 8);
});

test("tens of thousands of links are refused in words", async () => {
  const text = `${link("Shop")}\n`.repeat(70_000);
  assert.ok(isSeveral(text));
  await assert.rejects(readExport(text), {
    message:
      "There are 70000 links in it, and at most 20000 are read at once. Import it in parts.",
  });
});

const parts = (size, ...chosen) =>
  chosen.map((index) => batch([account(`p${index}`, `Part${index}`)], { size, index }));

test("parts of one export have its order wherever they stand", async () => {
  const text = [...parts(3, 2), link("Link"), ...parts(3, 0, 1), ...parts(3, 0)].join("\n");
  const found = (await read(text)).map(({ entry }) => entry.issuer);
  assert.deepEqual(found, ["Part0", "Part1", "Part2", "Link"]);
  const [{ entry }] = await read(batch([account("z", "Other")]).replace("offline?", "offline/?"));
  assert.equal(entry.issuer, "Other");
});
