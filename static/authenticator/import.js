// Bringing accounts along from another app: by a file, by a pasted text, by the camera.
import { clearErrors, part, showError } from "./dom.js";
import { readExport } from "./formats/detect.js";
import { setPending } from "./pending.js";
import { go } from "./router.js";
import { offerPicture } from "./scan.js";
import { receive } from "./receive.js";
import { _ } from "./words.js";

const LARGEST = 5_000_000; // bytes

const preview = (text) => {
  const { source, items } = readExport(text);
  setPending(source, items);
  go("preview");
};

const take = async (form, read, field) => {
  clearErrors(form);
  try {
    preview(await read());
  } catch (error) {
    showError(form, error.message, field);
  }
};

const textOf = (file) => {
  if (file.size > LARGEST) throw new Error(_("The file is too large to be an export."));
  return file.text();
};

/** Show the page. */
export const showImport = (root) => {
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
    take(form, () => form.elements.text.value, "text");
  });
  return offerPicture(root, receive, (error) => {
    clearErrors(form);
    showError(form, error.message);
  });
};
