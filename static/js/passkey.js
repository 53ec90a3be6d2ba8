// Passkeys: makes one, answers with one (as a second step, alone, by autofill), forgets removed ones.
const api = window.PublicKeyCredential;
const knows = Boolean(api && navigator.credentials?.get);
const REARM = 240_000; // milliseconds: before the question of the autofill is too old
/** @type {AbortController | null} */
let waiting = null; // the autofill, which has to end before anything else begins

/** @param {HTMLFormElement} form @param {string} among */
const ask = async (form, among) => {
  const body = new URLSearchParams({
    csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
    among,
  });
  const headers = { Accept: "application/json" };
  const answer = await fetch(form.dataset.options ?? "", { method: "POST", body, headers });
  if (answer.redirected) location.reload(); // signed out meanwhile, or to be confirmed anew
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer.json();
};

/** @param {ArrayBuffer} buffer */
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** @param {string} spelled */
const bytes = (spelled) =>
  Uint8Array.from(atob(spelled.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
    letter.charCodeAt(0),
  );

/** @param {any[]} [rows] */
const named = (rows = []) => rows.map((row) => ({ ...row, id: bytes(row.id) }));

// As parseRequestOptionsFromJSON() and parseCreationOptionsFromJSON() do, which Safari has since
// 18.4 and Chrome since 129: there is nothing in our questions but these that is not plain JSON.
/** @param {Json} json */
const toAnswer = (json) => ({
  ...json,
  challenge: bytes(json.challenge),
  allowCredentials: named(json.allowCredentials),
});

/** @param {Json} json */
const toMake = (json) => ({
  ...json,
  challenge: bytes(json.challenge),
  user: { ...json.user, id: bytes(json.user.id) },
  excludeCredentials: named(json.excludeCredentials),
});

// Password managers put objects of their own in place of the browser's: some lack toJSON().
/** @param {any} credential */
const plain = (credential) => {
  try {
    return credential.toJSON();
  } catch {
    /** @type {Record<string, string>} */
    const response = {};
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature"];
    for (const part of [...parts, "userHandle"]) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    const { id, type } = credential;
    return { id, rawId: id, type, response, clientExtensionResults: {} };
  }
};

/** @param {HTMLFormElement} form @param {any} credential */
const send = (form, credential) => {
  form.elements.code.value = JSON.stringify(plain(credential));
  form.submit();
};

/** @param {Json} gone */
const forget = (gone) => {
  const { rpId, userId, credentialId, allAcceptedCredentialIds } = gone;
  api?.signalUnknownCredential?.({ rpId, credentialId })?.catch(() => {});
  if (!userId) return;
  api?.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds })?.catch(() => {});
};

/** @param {HTMLFormElement} form */
const make = async (form) => {
  const { publicKey } = await ask(form, "");
  send(form, await navigator.credentials.create({ publicKey: toMake(publicKey) }));
};

/**
 * @param {HTMLFormElement} form
 * @param {string} [among]
 * @param {{ mediation?: CredentialMediationRequirement, signal?: AbortSignal }} [more]
 */
const answer = async (form, among = "", more = {}) => {
  const { publicKey, gone } = await ask(form, among);
  if (gone) forget(gone);
  if (more.signal?.aborted) return;
  const options = { publicKey: toAnswer(publicKey), ...more };
  send(form, await navigator.credentials.get(options));
};

// The browser lists passkeys beside the saved addresses; nothing happens until one is chosen.
/** @param {HTMLFormElement} form */
const autofill = async (form) => {
  const mine = new AbortController();
  waiting = mine;
  if (!(await api.isConditionalMediationAvailable?.())) return;
  const again = () => {
    if (waiting !== mine) return;
    if (document.hidden) return document.addEventListener("visibilitychange", again, { once: true });
    mine.abort();
    autofill(form);
  };
  setTimeout(again, REARM);
  answer(form, "", { mediation: "conditional", signal: mine.signal }).catch(() => {});
};

const stopAutofill = () => {
  waiting?.abort();
  waiting = null;
};

for (const each of document.querySelectorAll("form[data-passkey]")) {
  const form = /** @type {HTMLFormElement} */ (each);
  const missing = form.querySelector("[data-passkey-missing]");
  if (!knows) {
    form.removeAttribute("data-comes"); // no room is kept for what will not come
    missing?.setAttribute("data-passkey-missing", "here");
    continue;
  }
  const buttons = /** @type {HTMLButtonElement[]} */ ([
    ...form.querySelectorAll("[data-passkey-button]"),
  ]);
  const status = /** @type {HTMLElement} */ (document.getElementById(form.dataset.status ?? ""));
  const isAlone = form.dataset.passkey === "alone";
  const act = form.dataset.passkey === "add" ? make : answer;

  form.hidden = false;
  missing?.remove();
  /** @param {boolean} is */
  const rest = (is) => buttons.forEach((button) => (button.disabled = is));
  /** @param {string} among */
  const begin = async (among) => {
    stopAutofill();
    rest(true);
    status.textContent = "";
    try {
      await act(form, among);
    } catch {
      status.textContent = status.dataset.failed ?? "";
      rest(false);
      if (isAlone) autofill(form);
    }
  };
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => begin(button.value));
  }
  if (form.dataset.passkey === "answer") buttons[0].focus();
  form.addEventListener("submit", (event) => {
    if (buttons.some((button) => button === event.submitter) || form.elements.code.value) return;
    event.preventDefault(); // Enter in the field for the name
    begin(buttons[0].value);
  });
  if (isAlone) autofill(form);
}

document.addEventListener("submit", stopAutofill);

const gone = document.getElementById("passkey-gone");
if (gone) forget(JSON.parse(gone.textContent));

const offer = document.querySelector("[data-passkey-offer]");
if (offer && knows) {
  api.isUserVerifyingPlatformAuthenticatorAvailable?.().then((can) => {
    offer.hidden = !can;
  });
}
