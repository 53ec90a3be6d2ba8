// Adding an account by its key or its link, typed or pasted.
import { clearErrors, fieldOf, part, showError } from "../core/page/dom.js";
import { add, bringBack, catchUp, finder, isBehind, nameOf, trash } from "../accounts/entries.js";
import { reason } from "../formats/parsing/item.js";
import { readAccount } from "../formats/parsing/link.js";
import { isSeveral, nameOfList, readList } from "../formats/links.js";
import { isLink, makeEntry } from "../otp/otpauth.js";
import { setPending } from "../accounts/import-preview-state.js";
import { Refusal, asFailure } from "../core/refusal.js";
import { go } from "../core/page/router.js";
import { say } from "../core/page/toast.js";
import { change, current } from "../accounts/vault.js";
import { _ } from "../core/i18n.js";

/**
 * Keep a new account and say so; what is here already is not kept twice.
 * @param {Account} entry
 */
export const keep = async (entry) => {
  const existing = finder(current())(entry);
  if (existing?.trashed) {
    await change((doc) => bringBack(doc, existing.id, entry));
    say(_("%(name)s was in the trash, and is back in the list.", { name: nameOf(entry) }));
    return;
  }
  if (existing && isBehind(existing, entry)) {
    await change((doc) => catchUp(doc, existing.id, entry));
    say(_("The counter of %(name)s was behind. It is up to date now.", { name: nameOf(entry) }));
    return;
  }
  if (existing) {
    throw new Refusal(_("%(name)s is in your list already.", { name: nameOf(entry) }), "secret");
  }
  const { id } = await change((doc) => add(doc, entry));
  say(_("%(name)s is added.", { name: nameOf(entry) }), () => change((doc) => trash(doc, id)));
};

let draft = "";

/**
 * Leave a link for the page to show, as somebody has to name its account.
 * @param {string} link
 */
export const setDraft = (link) => {
  draft = link;
};

const FIELDS = /** @type {const} */ (["issuer", "label", "type", "algorithm", "digits", "period", "counter"]);

/**
 * Put the parts of a link where they can be looked at and changed.
 * @param {HTMLFormElement} form
 * @param {Account} entry
 */
const fillFrom = (form, entry) => {
  for (const name of FIELDS) {
    const field = fieldOf(form, name);
    if (field && entry[name] !== undefined) field.value = String(entry[name]);
  }
  form.elements.secret.value = entry.secret ?? "";
  adapt(form);
};

/**
 * Show only the details that this kind of code has.
 * @param {HTMLFormElement} form
 */
const adapt = (form) => {
  const type = form.elements.type.value;
  part(form, "period").hidden = type !== "totp";
  part(form, "counter").hidden = type !== "hotp";
  part(form, "hash").hidden = type === "steam";
};

/** @param {HTMLFormElement} form @param {string} text */
const unknownOrRead = (form, text) => {
  const entry = readAccount(text);
  if (entry.type === "unknown") return entry;
  fillFrom(form, entry);
  return null;
};

/** @param {HTMLFormElement} form */
const read = (form) => {
  const fields = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));
  if (!fields.secret.trim()) {
    throw new Refusal(_("Type the key the service shows, or paste its link."), "secret");
  }
  if (isLink(fields.secret)) {
    const unknown = unknownOrRead(form, fields.secret);
    if (unknown) return unknown;
    return makeEntry(Object.fromEntries(new FormData(form)));
  }
  const entry = makeEntry(fields);
  if (!entry.issuer && !entry.label) {
    throw new Refusal(_("Name the service, so that you find it again."), "issuer");
  }
  return entry;
};

/** @param {HTMLFormElement} form @param {Failure} error */
const complain = (form, error) => {
  const name = error.field === "details" ? "" : (error.field ?? "");
  if (error.field === "details") part(form, "details").open = true;
  showError(form, reason(error), name);
};

/**
 * What is more than one account is looked at first, as every import is.
 * @param {string} text
 */
const importSeveral = async (text) => {
  setPending(nameOfList(), await readList(text));
  go("preview");
};

/** @param {HTMLFormElement} form */
const submit = async (form) => {
  clearErrors(form);
  try {
    const { value } = form.elements.secret;
    if (isSeveral(value)) {
      await importSeveral(value);
      return;
    }
    await keep(read(form));
    go("codes");
  } catch (error) {
    complain(form, asFailure(error));
  }
};

/**
 * A pasted link fills the other fields at once.
 * @param {HTMLFormElement} form
 */
const pasted = (form) => {
  const { secret } = form.elements;
  if (isSeveral(secret.value) || !isLink(secret.value)) return;
  clearErrors(form);
  try {
    unknownOrRead(form, secret.value);
  } catch (error) {
    complain(form, asFailure(error));
  }
};

/** @param {HTMLFormElement} form */
const offerPaste = (form) => {
  const button = part(form, "paste");
  button.hidden = !navigator.clipboard?.readText;
  button.addEventListener("click", async () => {
    try {
      form.elements.secret.value = await navigator.clipboard.readText();
      pasted(form);
    } catch {
      showError(form, _("The browser did not allow pasting. Hold the field to paste."), "secret");
    }
  });
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showAdd = (root) => {
  const form = part(root, "form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form);
  });
  form.elements.type.addEventListener("change", () => adapt(form));
  const { secret } = form.elements;
  let length = secret.value.length;
  secret.addEventListener("input", () => {
    const isTyped = secret.value.length <= length + 1; // half a link would be taken for all of it
    if (!isTyped) pasted(form);
    ({ length } = secret.value);
  });
  secret.addEventListener("change", () => pasted(form));
  offerPaste(form);
  adapt(form);
  if (!draft) return;
  form.elements.secret.value = draft;
  draft = "";
  pasted(form);
  form.elements.issuer.focus();
};
