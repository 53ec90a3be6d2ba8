// Bringing accounts along from another app: by a file, by a pasted text, by the camera.
import { clearErrors, part, showError } from "./dom.js";
import { readExport } from "./formats/detect.js";
import { setPending } from "./pending.js";
import { go } from "./router.js";
import { offerPicture } from "./scan.js";
import { receive } from "./receive.js";
import { _ } from "./words.js";

const LARGEST = 5_000_000; // bytes
let waiting = ""; // an encrypted export, until its password is typed

const textOf = (file) => {
  if (file.size > LARGEST) throw new Error(_("The file is too large to be an export."));
  return file.text();
};

/** Read a text; if it needs a password, the form asks for it and keeps the text for the next try. */
const take = async (form, source, field) => {
  clearErrors(form);
  const { password } = form.elements;
  try {
    const text = await source();
    waiting = text;
    const { source: app, items } = await readExport(text, password.value);
    waiting = "";
    setPending(app, items);
    go("preview");
  } catch (error) {
    if (error.field === "password") part(form, "password").hidden = false;
    else waiting = "";
    showError(form, error.message, error.field || field);
  }
};

/** Show the page. */
export const showImport = (root) => {
  waiting = "";
  const form = part(root, "form");
  const input = part(root, "file");
  part(root, "choose-file").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = "";
    if (file) take(form, () => textOf(file), "");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(form, () => form.elements.text.value || waiting, "text");
  });
  return offerPicture(root, receive, (error) => {
    clearErrors(form);
    showError(form, error.message);
  });
};
