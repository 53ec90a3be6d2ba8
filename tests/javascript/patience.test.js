// Waits with an end leave nothing behind.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import "./page.js";

const { pause, within } = await import("../../static/authenticator/core/patience.js");

const listening = ({ signal }) => getEventListeners(signal, "abort").length;

test("a pause that passed listens to nothing any more", async () => {
  const leave = new AbortController();
  for (let turn = 0; turn < 5; turn += 1) await pause(1, leave.signal);
  assert.equal(listening(leave), 0);
});

test("a pause ends as soon as it is called off", async () => {
  const leave = new AbortController();
  const waiting = pause(3_600_000, leave.signal);
  assert.equal(listening(leave), 1);
  leave.abort();
  await waiting;
  assert.equal(listening(leave), 0);
});

test("a wait ends with what it waits for, or is given up", async () => {
  assert.equal(await within(3_600_000, "it", Promise.resolve("done")), "done");
  let isGivenUp = false;
  const never = new Promise(() => {});
  const late = within(1, "it", never, () => {
    isGivenUp = true;
  });
  await assert.rejects(late, { name: "TimeoutError", message: "it does not answer" });
  assert.ok(isGivenUp);
});
