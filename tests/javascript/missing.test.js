// What may be missing, as the types showed: each of these once ended in the engine's own words, in
// NaN, or in a list with a hole.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";

const { asFailure, Refusal } = await import("../../static/authenticator/core/refusal.js");
const { draw } = await import("../../static/authenticator/accounts/entries.js");
const { sorted } = await import("../../static/authenticator/accounts/import-groups.js");
const { grouped } = await import("../../static/authenticator/otp/codes.js");
const { applied } = await import("../../static/authenticator/otp/difference.js");
const { newBackupKey } = await import("../../static/authenticator/lk1/backup-key.js");
const { newVault } = await import("../../static/authenticator/lk1/keys.js");
const { makeSlot, openSlot } = await import("../../static/authenticator/lk1/slots.js");

const entry = (id, more = {}) => ({ id, type: "totp", issuer: id, label: "", revision: 1, ...more });
const documentOf = (...entries) => ({ format: 1, entries, settings: {} });

test("what is thrown and is no error has its words all the same", () => {
  assert.equal(asFailure("gone").message, "gone");
  assert.equal(asFailure(undefined).message, "undefined");
  const refusal = new Refusal("No.", "secret", "closed");
  assert.equal(asFailure(refusal), refusal);
});

test("a counter that was never kept begins at zero", () => {
  const doc = documentOf(entry("Bank", { type: "hotp" }));
  assert.deepEqual([draw(doc, "Bank"), draw(doc, "Bank")], [0, 1]);
});

test("an order that names an account that is gone leaves no hole in the list", () => {
  const doc = documentOf(entry("Bank"), entry("Shop"));
  const change = { put: [], drop: ["Bank"], fields: { put: {}, drop: [] }, order: ["Shop", "Bank"] };
  assert.deepEqual(applied(doc, change).entries, [entry("Shop")]);
});

test("an account that is new here has no id of one that is", () => {
  const { ready } = sorted(documentOf(), [{ entry: entry("Bank", { secret: "JBSWY3DP" }) }]);
  assert.deepEqual(ready.map(({ id }) => id), [""]);
});

test("no code is shown as no groups", () => {
  assert.equal(grouped(""), "");
});

test("a slot that nothing was typed for is refused as a slip of the pen", async () => {
  const vault = newVault();
  const backupKey = await newBackupKey();
  const slot = await makeSlot({ kind: "recovery-key", ...vault, backupKey });
  assert.deepEqual(await openSlot({ slot, vault: vault.vault, backupKey }), vault.secret);
  await assert.rejects(openSlot({ slot, vault: vault.vault }), { name: "Refusal", code: "typo" });
});
