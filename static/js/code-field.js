// Groups a code while it is typed or pasted. It never sends the form by itself.
// Only what the portal drops as well: digits of another script stay, and are refused there.
/** @param {string} text */
const digits = (text) => text.replace(/[^\p{L}\p{N}]/gu, "");
/** @param {string} text */
const recovery = (text) => {
  const plain = text.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/g, "");
  return plain.replace(/(.{4})(?=.)/g, "$1-");
};
/** @type {Record<string, (text: string) => string>} */
const tidy = { digits, recovery };

for (const box of document.querySelectorAll("[data-code-field]")) {
  const field = /** @type {HTMLInputElement | null} */ (box.querySelector("input"));
  const clean = tidy[box.dataset.codeField ?? ""];
  if (!field || !clean) continue;

  field.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain").trim();
    if (!text) return;
    event.preventDefault();
    const before = field.value.slice(0, field.selectionStart ?? 0);
    const after = field.value.slice(field.selectionEnd ?? 0);
    field.value = clean(before + text + after);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  field.addEventListener("input", (given) => {
    const event = /** @type {InputEvent} */ (given);
    const atEnd = field.selectionStart === field.value.length;
    if (event.isComposing || !atEnd) return; // leave somebody who corrects the middle alone
    if (event.inputType?.startsWith("delete")) return;
    const cleaned = clean(field.value);
    if (cleaned !== field.value) field.value = cleaned;
  });
}
