// Says what became of the message that was sent, and frees the button for another one in time.
const EVERY = 3000;

for (const line of document.querySelectorAll("[data-fate]")) {
  const text = /** @type {HTMLElement} */ (line.querySelector("[data-fate-text]"));
  const aloud = document.querySelector("[data-fate-aloud]"); // spoken once a state, not each second
  const again = /** @type {HTMLButtonElement | null} */ (
    document.querySelector("[data-send-again]")
  );
  const hint = document.querySelector("[data-send-again-hint]");
  let wait = Number(line.dataset.resendIn || 0);
  let over = false;

  const showWait = () => {
    if (!again) return;
    again.disabled = wait > 0;
    if (!hint) return;
    hint.hidden = wait <= 0;
    hint.textContent = (hint.dataset.words ?? "").replace("{seconds}", String(wait));
  };

  const ask = async () => {
    if (document.hidden || over || !line.dataset.fateUrl) return;
    const answer = await fetch(line.dataset.fateUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) {
      over = true; // the sign-in is over or elsewhere; the page itself will say so
      return;
    }
    const fate = await answer.json();
    if (text.textContent !== fate.text) text.textContent = fate.text;
    if (aloud && line.dataset.state !== fate.state) aloud.textContent = fate.text;
    line.dataset.state = fate.state;
    if (typeof fate.resend_in === "number") wait = fate.resend_in;
    showWait();
  };

  showWait();
  setInterval(() => {
    if (wait > 0) wait -= 1;
    showWait();
  }, 1000);
  setInterval(() => ask().catch(() => {}), EVERY);
}
