import { asFailure } from "../refusal.js";
// Small helpers for pages made of <template>s. Text is only ever set as text.
const SPRITE = document.querySelector("meta[name=sprite]")?.getAttribute("content") ?? "";

/**
 * A copy of a template's content.
 * @param {string} id
 */
export const copyOf = (id) => {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {DocumentFragment} */ (template.content.cloneNode(true));
};

/**
 * A copy of the one element in a template.
 * @param {string} id
 */
export const elementOf = (id) => /** @type {HTMLElement} */ (copyOf(id).firstElementChild);

/**
 * The first element that fits, of which the page is known to have one.
 * @param {ParentNode} root
 * @param {string} selector
 */
export const find = (root, selector) =>
  /** @type {HTMLElement} */ (root.querySelector(selector));

/**
 * The element with this data-part.
 * @template {string} Name
 * @param {ParentNode} root
 * @param {Name} name
 */
export const part = (root, name) =>
  /** @type {Part<Name>} */ (find(root, `[data-part="${name}"]`));

/**
 * The same, of a form.
 * @param {ParentNode} root
 * @param {string} name
 */
export const formPart = (root, name) => /** @type {HTMLFormElement} */ (part(root, name));

/**
 * The same, of a button.
 * @param {ParentNode} root
 * @param {string} name
 */
export const buttonPart = (root, name) => /** @type {HTMLButtonElement} */ (part(root, name));

/**
 * The same, of a link.
 * @param {ParentNode} root
 * @param {string} name
 */
export const linkPart = (root, name) => /** @type {HTMLAnchorElement} */ (part(root, name));

/**
 * The form that is a step of a page.
 * @param {ParentNode} root
 * @param {string} name
 */
export const formOf = (root, name) =>
  /** @type {HTMLFormElement} */ (find(root, `form[data-step="${name}"]`));

/**
 * Show one step of a page, and no other.
 * @param {ParentNode} root
 * @param {string} name
 */
export const showStep = (root, name) => {
  for (const each of root.querySelectorAll("[data-step]")) {
    const step = /** @type {HTMLElement} */ (each);
    step.hidden = step.dataset.step !== name;
  }
};

/**
 * A field of a form.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export const fieldOf = (form, name) =>
  /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));

// A line may end behind the "@" of an address and the "/" of a link, and not within a word.
/** @param {string} text @returns {(string | Node)[]} */
const broken = (text) =>
  (text.match(/[^@/]+[@/]*|[@/]+/g) ?? []).flatMap((piece) => [piece, make("wbr")]).slice(0, -1);

/**
 * Set the text of a part.
 * @param {ParentNode} root
 * @param {string} name
 * @param {unknown} text
 */
export const put = (root, name, text) => {
  part(root, name).replaceChildren(...broken(String(text ?? "")));
};

/**
 * Draw an icon of the sprite; it is decoration, so words must stand beside it.
 * @param {string} name
 */
export const icon = (name) => {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
};

/**
 * Make an element with attributes and children, strings among them as text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 */
export const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/**
 * A notice with its icon: tone is ok, look or loss.
 * @param {string} tone
 * @param {...string} words
 */
export const notice = (tone, ...words) => {
  const name = { ok: "circle-check", look: "triangle-alert", loss: "circle-alert" }[tone] ?? "info";
  const body = make("div", {}, ...words.map((text) => make("p", {}, text)));
  return make("div", { class: `notice ${tone}` }, icon(name), body);
};

/**
 * Say what is wrong at a field of a form, or at its top, and bring the person there.
 * @param {HTMLFormElement} form
 * @param {string} message
 */
export const showError = (form, message, name = "") => {
  clearErrors(form);
  const field = name ? fieldOf(form, name) : null;
  const id = `error-${name || "form"}`;
  if (!field) {
    const words = notice("loss", message);
    words.id = id;
    words.tabIndex = -1;
    words.dataset.errorSummary = "";
    form.prepend(words);
    words.focus();
    return;
  }
  const line = make("li", {}, icon("circle-alert"), make("span", {}, message));
  field.closest(".field")?.append(make("ul", { class: "errors", id }, line));
  field.setAttribute("aria-invalid", "true");
  field.dataset.describedBefore = field.getAttribute("aria-describedby") ?? "";
  field.setAttribute("aria-describedby", `${field.dataset.describedBefore} ${id}`.trim());
  field.focus();
};

/**
 * Take back what `showError` said.
 * @param {HTMLFormElement} form
 */
export const clearErrors = (form) => {
  for (const each of form.querySelectorAll(".errors, [data-error-summary]")) each.remove();
  for (const each of form.querySelectorAll("[aria-invalid]")) {
    const field = /** @type {HTMLElement} */ (each);
    field.removeAttribute("aria-invalid");
    if (field.dataset.describedBefore) {
      field.setAttribute("aria-describedby", field.dataset.describedBefore);
    } else {
      field.removeAttribute("aria-describedby");
    }
  }
};

/**
 * Run what a form asks for, once at a time; a refusal is shown at its field.
 * @param {HTMLFormElement} form
 * @param {(fields: HTMLFormControlsCollection) => unknown} act
 */
export const onSubmit = (form, act) => {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (find(form, "button.button"));
    if (button.disabled) return;
    clearErrors(form);
    button.disabled = true;
    try {
      await act(form.elements);
    } catch (error) {
      const { message, field } = asFailure(error);
      showError(form, message, field);
    } finally {
      button.disabled = false;
    }
  });
};
