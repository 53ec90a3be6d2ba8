// Small helpers for pages made of <template>s. Text is only ever set as text.
const SPRITE = document.querySelector("meta[name=sprite]")?.content ?? "";

/** A copy of a template's content. */
export const copyOf = (id) => document.getElementById(id).content.cloneNode(true);

/** The element with this data-part. */
export const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

// A line may end behind the "@" of an address and the "/" of a link, and not within a word.
const broken = (text) =>
  (text.match(/[^@/]+[@/]*|[@/]+/g) ?? []).flatMap((piece) => [piece, make("wbr")]).slice(0, -1);

/** Set the text of a part. */
export const put = (root, name, text) => {
  part(root, name).replaceChildren(...broken(String(text ?? "")));
};

/** Draw an icon of the sprite; it is decoration, so words must stand beside it. */
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

/** Make an element with attributes and children, strings among them as text. */
export const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** A notice with its icon: tone is ok, look or loss. */
export const notice = (tone, ...words) => {
  const name = { ok: "circle-check", look: "triangle-alert", loss: "circle-alert" }[tone] ?? "info";
  const body = make("div", {}, ...words.map((text) => make("p", {}, text)));
  return make("div", { class: `notice ${tone}` }, icon(name), body);
};

/** Say what is wrong at a field of a form, or at its top, and bring the person there. */
export const showError = (form, message, name = "") => {
  clearErrors(form);
  const field = form.elements[name];
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
  field.closest(".field").append(make("ul", { class: "errors", id }, line));
  field.setAttribute("aria-invalid", "true");
  field.dataset.describedBefore = field.getAttribute("aria-describedby") ?? "";
  field.setAttribute("aria-describedby", `${field.dataset.describedBefore} ${id}`.trim());
  field.focus();
};

/** Take back what `showError` said. */
export const clearErrors = (form) => {
  for (const each of form.querySelectorAll(".errors, [data-error-summary]")) each.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    if (field.dataset.describedBefore) {
      field.setAttribute("aria-describedby", field.dataset.describedBefore);
    } else {
      field.removeAttribute("aria-describedby");
    }
  }
};

/** Run what a form asks for, once at a time; a refusal is shown at its field. */
export const onSubmit = (form, act) => {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.button");
    if (button.disabled) return;
    clearErrors(form);
    button.disabled = true;
    try {
      await act(form.elements);
    } catch (error) {
      showError(form, error.message, error.field ?? "");
    } finally {
      button.disabled = false;
    }
  });
};
