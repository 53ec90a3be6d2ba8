// Giving accounts away: sealed with a passphrase, or in the clear, as links or QR codes, after a
// typed word.
import { clearErrors, make, onSubmit, part, put, showError } from "../core/page/dom.js";
import { FORMAT, living, nameOf } from "../accounts/entries.js";
import { isWork } from "../lk1/document.js";
import { openFile, sealFile } from "../lk1/file.js";
import { format } from "../otp/otpauth.js";
import { square, writer } from "../qr/qr-svg.js";
import { say } from "../core/page/toast.js";
import { newPassphrase } from "../lock/confirm-secret.js";
import { current } from "../accounts/vault.js";
import { _, n_ } from "../core/i18n.js";

const LINKS = { name: "authenticator-accounts.txt", type: "text/plain" };
const SEALED = { name: "authenticator-accounts-encrypted.json", type: "application/json" };
const QUIET = 4; // modules of white around a code

/** @param {HTMLFormElement} form */
const confirmed = (form) => {
  clearErrors(form);
  const word = form.elements.word.value.trim().toLowerCase();
  if (word === form.dataset.word) return true;
  showError(form, _("Type the word “%(word)s”.", { word: form.dataset.word }), "word");
  return false;
};

/** @param {string} text @param {{ name: string, type: string }} given */
const save = (text, { name, type }) => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

/** What goes out in the clear: an account of an organisation is not the person's to give. */
const exportable = () => living(current()).filter((entry) => !isWork(entry));

const links = () => exportable().map(format).join("\n") + "\n";

/**
 * Save the accounts in the list as a file that only the passphrase opens; it is tried first.
 * @param {HTMLFormControlsCollection} elements
 */
const saveSealed = async (elements) => {
  const passphrase = newPassphrase(elements);
  const entries = living(current());
  const file = await sealFile({ doc: { format: FORMAT, entries, settings: {} }, passphrase });
  await openFile({ file, passphrase });
  save(JSON.stringify(file), SEALED);
  for (const field of [elements.secret, elements.again]) field.value = "";
  say(
    n_(
      "%(count)s account is in the file. Nobody can open it without the passphrase.",
      "%(count)s accounts are in the file. Nobody can open it without the passphrase.",
      entries.length,
    ),
  );
};

/** @param {EncodeQR} encodeQR @param {Entry} entry */
const picture = (encodeQR, entry) => {
  const name = nameOf(entry);
  const words = make("figcaption", {}, make("b", { class: "clip", dir: "auto" }, name));
  words.append(make("span", { class: "soft small clip", dir: "auto" }, entry.label));
  const figure = make("figure", { class: "sheet-code" }, words);
  try {
    const rows = encodeQR(format(entry) ?? "", "raw", { ecc: "low", border: QUIET });
    const svg = square(rows, _("QR code of %(name)s", { name }));
    figure.prepend(make("div", { class: "qr" }, svg));
  } catch {
    figure.append(make("p", {}, _("Its names are too long for a QR code.")));
  }
  return figure;
};

/** @param {HTMLElement} root */
const showSheet = async (root) => {
  const encodeQR = await writer();
  const entries = exportable();
  part(root, "sheet").replaceChildren(...entries.map((entry) => picture(encodeQR, entry)));
  part(root, "sheet-part").hidden = false;
  part(root, "sheet-heading").focus();
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showExport = (root) => {
  const count = living(current()).length;
  const form = part(root, "form");
  form.hidden = count === 0;
  part(root, "sealed").hidden = count === 0;
  put(
    root,
    "count",
    n_("%(count)s account is in the list.", "%(count)s accounts are in the list.", count),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!confirmed(form)) return;
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (button?.value === "sheet") showSheet(root);
    else save(links(), LINKS);
  });
  onSubmit(part(root, "sealed"), saveSealed);
  part(root, "print").addEventListener("click", () => window.print());
};
