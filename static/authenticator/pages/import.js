// Bringing accounts along from another app: by a file, by a pasted text, by pictures, by the camera.
import { clearErrors, make, notice, part, showError } from "../core/page/dom.js";
import { readExport } from "../formats/detect.js";
import { reason } from "../formats/parsing/item.js";
import { setPending } from "../accounts/import-preview-state.js";
import { receive } from "./scan-result.js";
import { Refusal, asFailure } from "../core/refusal.js";
import { go } from "../core/page/router.js";
import { offerPictures, reading } from "./scan.js";
import { _ } from "../core/i18n.js";

const LARGEST = 64; // MiB
const MIB = 1024 * 1024;
let waiting = ""; // an encrypted export, until its password is typed

/** @param {Bytes} given */
const encodingOf = ([first, second]) => {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
};

/** @param {File} file */
const textOf = async (file) => {
  if (file.size > LARGEST * MIB) {
    throw new Refusal(
      _(
        "This file is larger than %(size)s MB, which is too large to open here. Most of it will be " +
          "icons: remove them in the other app, then export again.",
        { size: LARGEST },
      ),
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
};

/**
 * Read a text; if it needs a password, the form asks for it and keeps the text for the next try.
 * @param {HTMLFormElement} form
 * @param {HTMLElement} words
 * @param {() => string | Promise<string>} source
 * @param {string} field
 */
const take = async (form, words, source, field) => {
  clearErrors(form);
  const { password } = form.elements;
  words.replaceChildren(notice("", _("Reading…")));
  try {
    const text = await source();
    waiting = text;
    const { source: app, items } = await readExport(text, password.value);
    waiting = "";
    setPending(app, items);
    go("preview");
  } catch (error) {
    const { field: refused } = asFailure(error);
    if (refused === "password") part(form, "password").hidden = false;
    else waiting = "";
    showError(form, reason(error), refused || field);
  } finally {
    words.replaceChildren();
  }
};

/**
 * Say how far an export in several pictures is, and offer to go on without the rest.
 * @param {HTMLElement} place
 * @param {More} given
 */
const sayMore = (place, { words, button, goOn }) => {
  const rest = make("button", { type: "button", class: "button" }, button);
  rest.addEventListener("click", goOn);
  place.replaceChildren(notice("ok", words), make("div", { class: "actions" }, rest));
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showImport = (root) => {
  waiting = "";
  const form = part(root, "form");
  const words = part(root, "words");
  const input = part(root, "file");
  const { read, forget } = offerPictures(root, {
    wait: () => {
      clearErrors(form);
      words.replaceChildren(notice("", reading()));
    },
    take: async (texts, problems) => {
      const more = await receive(texts, problems);
      if (more) sayMore(words, more);
    },
    complain: (error) => {
      words.replaceChildren();
      showError(form, reason(error));
    },
  });
  part(root, "choose-file").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    input.value = "";
    if (!file) return;
    words.replaceChildren();
    if (file.type.startsWith("image/")) read([file]);
    else take(form, words, () => textOf(file), "");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(form, words, () => form.elements.text.value || waiting, "text");
  });
  return forget;
};
