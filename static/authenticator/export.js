// Giving accounts away in the clear: a list of links, or QR codes to scan, after a typed word.
import { clearErrors, make, part, put, showError } from "./dom.js";
import { living, nameOf } from "./entries.js";
import { format } from "./otpauth.js";
import { current } from "./vault.js";
import { _, n_ } from "./words.js";

const FILE = "authenticator-accounts.txt";
const QUIET = 4; // modules of white around a code

const confirmed = (form) => {
  clearErrors(form);
  const word = form.elements.word.value.trim().toLowerCase();
  if (word === form.dataset.word) return true;
  showError(form, _("Type the word “%(word)s”.", { word: form.dataset.word }), "word");
  return false;
};

const save = () => {
  const text = living(current()).map(format).join("\n") + "\n";
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = make("a", { href: url, download: FILE });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

const square = (rows) => {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("shape-rendering", "crispEdges");
  const path = document.createElementNS(space, "path");
  const dark = rows.flatMap((row, y) => row.map((is, x) => (is ? `M${x} ${y}h1v1h-1z` : "")));
  path.setAttribute("d", dark.join(""));
  svg.append(path);
  return svg;
};

const picture = (encodeQR, entry) => {
  const name = nameOf(entry);
  const words = make("figcaption", {}, make("b", { class: "clip", dir: "auto" }, name));
  words.append(make("span", { class: "soft small clip", dir: "auto" }, entry.label));
  const figure = make("figure", { class: "sheet-code" }, words);
  try {
    const svg = square(encodeQR(format(entry), "raw", { ecc: "low", border: QUIET }));
    svg.setAttribute("aria-label", _("QR code of %(name)s", { name }));
    const frame = make("div", { class: "qr" });
    frame.append(svg);
    figure.prepend(frame);
  } catch {
    figure.append(make("p", {}, _("Its names are too long for a QR code.")));
  }
  return figure;
};

const showSheet = async (root) => {
  const { encodeQR } = await import("../vendor/qr/index.js");
  const entries = living(current());
  part(root, "sheet").replaceChildren(...entries.map((entry) => picture(encodeQR, entry)));
  part(root, "sheet-part").hidden = false;
  part(root, "sheet-heading").focus();
};

/** Show the page. */
export const showExport = (root) => {
  const count = living(current()).length;
  const form = part(root, "form");
  form.hidden = count === 0;
  put(
    root,
    "count",
    n_("%(count)s account is in the list.", "%(count)s accounts are in the list.", count),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!confirmed(form)) return;
    if (event.submitter?.value === "sheet") showSheet(root);
    else save();
  });
  part(root, "print").addEventListener("click", () => window.print());
};
