// Linking this phone: the portal's code is claimed, and the portal confirms who it was.
import { pause } from "../../core/patience.js";
import { part } from "../../core/page/dom.js";
import { Refusal } from "../../core/refusal.js";
import { current } from "../../accounts/vault.js";
import { _ } from "../../core/i18n.js";
import { call, isRefused } from "./api.js";
import { device, fingerprint, keepDevice, linkedDevice, newSecret } from "./device.js";

const ALPHABET = /^[0-9A-HJKMNP-TV-Z]{16}$/;
/** @type {Record<string, string>} */
const SLIPS = { O: "0", I: "1", L: "1" };
const PAUSE = 2000; // milliseconds between two questions whether it is confirmed
const LONGEST_NAME = 60; // characters
const WANTS = ["installation", "number", "account", "status"];

/**
 * The code however it was typed, in capitals; refuses at the field "code" what cannot be one.
 * @param {string} text
 */
export const readCode = (text) => {
  const bare = text.normalize("NFKC").toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");
  const code = [...bare].map((letter) => SLIPS[letter] ?? letter).join("");
  if (ALPHABET.test(code)) return code;
  throw new Refusal(
    _("A link code has 16 letters and digits, in four groups. Look at the portal's page again."),
    "code",
  );
};

/**
 * Lead to the page that asks for the number, where nobody is looking at it yet.
 * @param {HTMLElement} root
 * @param {string} address
 */
export const showConfirm = (root, address) => {
  part(root, "confirm").hidden = !address;
  if (address) part(root, "confirm").href = address;
};

/**
 * Four groups of four, as the portal shows it.
 * @param {string} code
 */
export const groupedCode = (code) => code.match(/[0-9A-Za-z]/g)?.join("").match(/.{1,4}/g)?.join("-") ?? "";

/** What this phone may be called, as far as the browser tells. */
export const guessName = async () => {
  const hints = await navigator.userAgentData?.getHighEntropyValues?.(["model"]).catch(() => null);
  if (hints?.model) return hints.model.slice(0, LONGEST_NAME);
  const { userAgent } = navigator;
  const model = ["iPhone", "iPad", "Android"].find((word) => userAgent.includes(word));
  if (model) return model === "Android" ? _("Android phone") : model;
  return _("Browser on a computer");
};

/**
 * Look at a code without using it up: `{account, address, purpose, is_here, expires}`.
 * @param {string} text
 */
export const lookAt = (text) =>
  call("POST", "link/look", {
    device: null,
    body: { code: readCode(text) },
    isHere: true,
    wants: ["account"],
  });

/**
 * The accounts that are here already stay this phone's own until they are backed up under the link.
 * @param {Device} given
 */
const settle = ({ claim, ...mine }) => {
  const account = claim?.account ?? mine.account;
  const before = mine.linked ? mine.before : current().entries.map(({ id }) => id);
  return keepDevice({ ...mine, account, before, linked: true });
};

/** @param {Device} given */
const drop = ({ claim: _claim, ...mine }) => keepDevice(mine);

/** Wait no longer for the portal to confirm. */
export const forgetClaim = async () => {
  const mine = await device();
  if (mine?.claim) await drop(mine);
};

/** @param {Device | null} holder @param {string} code @param {string} name */
const claimAs = async (holder, code, name) => {
  const secret = holder?.secret ?? newSecret();
  const body = { code, name, device: await fingerprint(secret) };
  const answer = await call("POST", "link/claim", { device: holder, body, isHere: true, wants: WANTS });
  const { installation, number, account, status, expires, confirm = "" } = answer;
  const made = holder ?? { linked: false, account, name };
  const claim = { number, account, expires, confirm };
  const mine = { ...made, installation, secret, claim };
  await (status === "linked" ? settle(mine) : keepDevice(mine));
  return { ...claim, status };
};

/**
 * Claim a code for this phone; gives `{number, account, status, expires}`. A phone that is linked
 * already stays the one it is; one that the portal has forgotten becomes a new one.
 * @param {string} text
 * @param {string} name
 */
export const claim = async (text, name) => {
  const code = readCode(text);
  const holder = await linkedDevice();
  try {
    return await claimAs(holder, code, name);
  } catch (error) {
    if (!holder || !isRefused(error, "unknown_phone")) throw error;
    return claimAs(null, code, name);
  }
};

/** Ask once whether the portal has confirmed: "linked", "waiting", or "ended" for a code that is. */
const askLink = async () => {
  const mine = await device();
  if (!mine?.claim) return mine?.linked ? "linked" : "ended";
  try {
    const { status } = await call("GET", "link", { device: mine, wants: ["status"] });
    if (status === "linked") await settle(mine);
    return status;
  } catch (error) {
    if (!isRefused(error, "link_ended")) throw error;
    await drop(mine);
    return "ended";
  }
};

/**
 * Wait until the portal confirms; gives "linked" or "ended". A network that fails is told to
 * `stumble(error)` (`null` once it works again) and asked again.
 * @param {AbortSignal} signal
 * @param {(error: Failure | null) => void} [stumble]
 */
export const waitForLink = async (signal, stumble = () => {}) => {
  while (!signal.aborted) {
    const status = await askLink().then(
      (found) => (stumble(null), found),
      (error) => (stumble(error), "waiting"),
    );
    if (status !== "waiting") return status;
    await pause(PAUSE, signal);
  }
  return "waiting";
};
