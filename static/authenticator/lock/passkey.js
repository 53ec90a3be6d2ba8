// A passkey that opens the backup or the app: its PRF gives 32 bytes that no other passkey can make.
import { fromText, toText, random } from "../lk1/bytes.js";
import { Refusal } from "../core/refusal.js";
import { _ } from "../core/i18n.js";

const SALT = 32; // bytes
const TIMEOUT = 120_000; // milliseconds
const KINDS = [-7, -8, -257]; // ES256, EdDSA, RS256; the signature is not looked at

const refused = () =>
  new Refusal(_("The passkey was not made or not used. Nothing has changed."), "", "passkey");

const unable = () =>
  new Refusal(_("This passkey cannot be used for the backup here. Use another way."), "", "unable");

/** @param {Json} credential */
const bytesIn = (credential) => {
  const { first } = credential.getClientExtensionResults().prf?.results ?? {};
  return first ? new Uint8Array(first) : null;
};

/**
 * @param {() => Promise<Credential | null>} act
 * @returns {Promise<PublicKeyCredential>}
 */
const held = async (act) => {
  const credential = await act().catch(() => null);
  if (!credential) throw refused();
  return /** @type {PublicKeyCredential} */ (credential);
};

/**
 * Ask for one of the passkeys that these slots name: `{slot, prf}`, its slot and its bytes.
 * @template {{ params: Partial<SlotParams> }} T
 * @param {T[]} slots
 */
export const prfOfAny = async (slots) => {
  const salts = slots.map(({ params }) => [params.credential ?? "", { first: fromText(params.salt ?? "") }]);
  /** @type {PublicKeyCredentialRequestOptions} */
  const publicKey = {
    challenge: random(32),
    rpId: location.hostname,
    allowCredentials: slots.map(({ params }) => ({
      type: "public-key",
      id: fromText(params.credential ?? ""),
    })),
    userVerification: "required",
    timeout: TIMEOUT,
    extensions: { prf: { evalByCredential: Object.fromEntries(salts) } },
  };
  const used = await held(() => navigator.credentials.get({ publicKey }));
  const slot = slots.find(({ params }) => params.credential === toText(new Uint8Array(used.rawId)));
  const prf = bytesIn(used);
  if (!slot || !prf) throw unable();
  return { slot, prf };
};

/**
 * The bytes of the passkey that this slot names.
 * @param {{ params: Partial<SlotParams> }} slot
 */
export const prfOf = async (slot) => (await prfOfAny([slot])).prf;

/** @param {Bytes} salt @param {string} name @returns {PublicKeyCredentialCreationOptions} */
const create = (salt, name) => ({
  challenge: random(32),
  rp: { id: location.hostname, name: document.title },
  // An identity of its own: this passkey signs nobody in, and must not replace one that does. Its 32
  // bytes tell the sign-in apart from a person's 16, or it would have the browser delete it.
  user: { id: random(32), name, displayName: name },
  pubKeyCredParams: KINDS.map((alg) => ({ type: "public-key", alg })),
  authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
  timeout: TIMEOUT,
  extensions: { prf: { eval: { first: salt } } },
});

/**
 * Make a passkey of this name; gives what a slot or a lock is made of.
 * @param {string} name
 */
export const newPasskey = async (name) => {
  const bytes = random(SALT);
  const made = await held(() => navigator.credentials.create({ publicKey: create(bytes, name) }));
  if (!made.getClientExtensionResults().prf?.enabled && !bytesIn(made)) throw unable();
  const [credential, salt] = [toText(new Uint8Array(made.rawId)), toText(new Uint8Array(bytes))];
  // Many give the bytes only when they are asked, not when they are made.
  const prf = bytesIn(made) ?? (await prfOf({ params: { credential, salt } }));
  return { credential, salt, prf };
};

/** Whether this browser may have such passkeys at all. */
export const canHavePasskeys = () =>
  typeof navigator.credentials?.create === "function" && Boolean(window.PublicKeyCredential);
