// Groups a code while it is typed or pasted. It never sends the form by itself.
// Only what the portal drops as well: digits of another script stay, and are refused there.
const digits = (text) => text.replace(/[^\p{L}\p{N}]/gu, "");
const recovery = (text) => {
  const plain = text.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/g, "");
  return plain.replace(/(.{4})(?=.)/g, "$1-");
};
const tidy = { digits, recovery };

for (const box of document.querySelectorAll("[data-code-field]")) {
  const field = box.querySelector("input");
  const clean = tidy[box.dataset.codeField];
  if (!field || !clean) continue;

  field.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain").trim();
    if (!text) return;
    event.preventDefault();
    const before = field.value.slice(0, field.selectionStart);
    const after = field.value.slice(field.selectionEnd);
    field.value = clean(before + text + after);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  field.addEventListener("input", (event) => {
    const atEnd = field.selectionStart === field.value.length;
    if (event.isComposing || !atEnd) return; // leave somebody who corrects the middle alone
    if (event.inputType?.startsWith("delete")) return;
    const cleaned = clean(field.value);
    if (cleaned !== field.value) field.value = cleaned;
  });
}
