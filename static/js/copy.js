// A button that copies the text named by its data-copy selector, one line per item.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const status = document.getElementById(button.dataset.copyStatus ?? "");
  const items = () => [...document.querySelectorAll(button.dataset.copy ?? "")];

  button.hidden = false;
  button.addEventListener("click", async () => {
    let said = button.dataset.copied ?? "";
    try {
      await navigator.clipboard.writeText(items().map((item) => item.textContent.trim()).join("\n"));
    } catch {
      said = button.dataset.refused ?? "";
    }
    if (status) status.textContent = said;
  });
}
