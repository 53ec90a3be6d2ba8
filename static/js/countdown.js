// Counts the seconds of a wait down and then says that it is over.
for (const line of document.querySelectorAll("[data-countdown]")) {
  const end = Date.now() + Number(line.dataset.countdown) * 1000;
  const shown = line.querySelector("[data-countdown-clock]");

  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    const minutes = Math.floor(left / 60);
    if (shown) shown.textContent = `${minutes}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0) return;
    clearInterval(timer);
    line.textContent = line.dataset.over ?? "";
  };

  const timer = setInterval(tick, 1000);
  tick();
}
