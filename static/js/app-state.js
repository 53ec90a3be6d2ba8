// Asks how the link of a phone stands, and loads the page anew once that changes.
const EVERY = 3000;

for (const part of document.querySelectorAll("[data-app-state]")) {
  const ask = async () => {
    if (document.hidden) return;
    const answer = await fetch(part.dataset.appStateUrl ?? "", { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return; // signed out: the page itself will say so
    const { state } = await answer.json();
    if (state !== part.dataset.appState) location.replace(location.href);
  };
  setInterval(() => ask().catch(() => {}), EVERY);
}
