// Calls to the portal. Whatever goes wrong leaves here as one kind of error with a sentence, and
// nothing that is not certainly the portal's own JSON is ever taken for an answer.
import { persist } from "../../core/patience.js";
import { Refusal, asFailure } from "../../core/refusal.js";
import { _ } from "../../core/i18n.js";
import { linkedDevice } from "./device.js";

const ROOT = "/api/authenticator/v1/";
const LONGEST = 20_000; // milliseconds
const JSON_TYPE = "application/json";
const PROBLEM_TYPE = "application/problem+json";
const ROOM_PROBLEM = 507; // a refusal like any other, though its number says "server"

/** @type {Record<string, () => string>} */
const SENTENCES = {
  offline: () => _("The portal cannot be reached from here."),
  slow: () => _("The portal did not answer in time."),
  server: () => _("The portal has a fault at the moment."),
  stranger: () =>
    _("Something other than the portal answered. Perhaps this network wants you to sign in first."),
  unlinked: () => _("This phone is not linked to an account."),
};

// Refusals that the person should understand without leaving the app: in place of the portal's title.
/** @type {Record<string, () => string>} */
const OF_CODES = {
  in_dispute: () =>
    _(
      "Your account is in dispute, so this has to wait until it is decided. Your codes stay on this phone. Sign in to the portal to see what you can do.",
    ),
};

/**
 * `kind` is offline · slow · server · stranger (a page of the network, a proxy, anything that is not
 * the portal) · unlinked (nobody was asked: this phone has no account) · refused. Only the last has
 * a `code` and the `more` that docs/authenticator-api.md names for it. No kind is a reason to
 * delete anything.
 */
class PortalError extends Refusal {
  /**
   * @param {string} kind
   * @param {{ title?: string, code?: string, status?: number, more?: Record<string, any> }} [given]
   */
  constructor(kind, { title = "", code = "", status = 0, more = {} } = {}) {
    super(title || SENTENCES[kind]());
    this.name = "PortalError";
    this.code = code;
    this.kind = kind;
    this.status = status;
    this.more = more;
  }
}

/** @param {unknown} error */
const failureOf = (error) =>
  new PortalError(["TimeoutError", "AbortError"].includes(asFailure(error).name) ? "slow" : "offline");

/** @param {string} method @param {string} path @param {CallOptions} given */
const send = (method, path, { device, body, headers, keepalive, isHere = false }) =>
  fetch(ROOT + path, {
    method,
    keepalive,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: {
      Accept: `${JSON_TYPE}, ${PROBLEM_TYPE}`,
      "Accept-Language": document.documentElement.lang, // of the sentences in refusals
      ...(body === undefined ? {} : { "Content-Type": JSON_TYPE }),
      ...(device ? { Authorization: `Device ${device.installation}.${device.secret}` } : {}),
      ...headers,
    },
    cache: "no-store",
    credentials: isHere ? "same-origin" : "omit", // what the portal's page left in this browser
    redirect: "manual", // the portal never sends a phone elsewhere; a hotel does
    signal: AbortSignal.timeout(LONGEST),
  });

/** @param {unknown} value */
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/**
 * The JSON object in an answer, or `null` if it is none of this type.
 * @param {Response} answer
 * @param {string} type
 */
const objectIn = async (answer, type) => {
  const given = (answer.headers.get("Content-Type") ?? "").split(";")[0].trim();
  if (given !== type) return null;
  const text = await answer.text(); // not .json(): a cut connection is not the same as nonsense
  try {
    const value = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
};

/** @param {Response} answer @param {Json} given */
const refusalOf = (answer, { title, code, type: _type, status: _status, ...more }) => {
  if (answer.status >= 500 && answer.status !== ROOM_PROBLEM) return new PortalError("server");
  const sentence = OF_CODES[code]?.() ?? title;
  return new PortalError("refused", { title: sentence, code, status: answer.status, more });
};

/** @param {Response} answer */
const problemOf = async (answer) => {
  if (answer.type === "opaqueredirect" || answer.status < 400) return new PortalError("stranger");
  const problem = await objectIn(answer, PROBLEM_TYPE);
  if (typeof problem?.code === "string") return refusalOf(answer, problem);
  return new PortalError(answer.status >= 500 ? "server" : "stranger");
};

/** @param {Response} answer @param {string[]} wants */
const read = async (answer, wants) => {
  if (answer.status === 204) return null;
  const value = answer.ok ? await objectIn(answer, JSON_TYPE) : null;
  if (!answer.ok) throw await problemOf(answer);
  if (!value || wants.some((name) => !(name in value))) throw new PortalError("stranger");
  return value;
};

/**
 * Call the portal as this phone; gives the object it answers, `null` for "done". `device` is another
 * one to call as, or `null` for nobody; an answer without the names in `wants` is not the portal's.
 * @param {string} method
 * @param {string} path
 * @param {CallOptions} [given]
 */
export const call = async (method, path, { wants = [], ...options } = {}) => {
  const { device = await linkedDevice() } = options;
  if (device === null && options.device === undefined) throw new PortalError("unlinked");
  try {
    return await read(await send(method, path, { ...options, device }), wants);
  } catch (error) {
    throw error instanceof PortalError ? error : failureOf(error);
  }
};

/**
 * Tell whether the portal refused with this code.
 * @param {unknown} error
 * @param {...string} codes
 */
export const isRefused = (error, ...codes) =>
  error instanceof PortalError && error.kind === "refused" && codes.includes(error.code);

/**
 * Tell the portal something in the background: until it was reached, whatever it thinks of it.
 * @param {() => Promise<any>} act
 */
export const mention = (act) =>
  persist(() =>
    act().catch((error) => {
      if (isLater(error)) throw error;
    }),
  );

/**
 * Tell whether it is only the network, and will go by itself.
 * @param {unknown} error
 */
export const isLater = (error) =>
  error instanceof PortalError && ["offline", "slow"].includes(error.kind);
