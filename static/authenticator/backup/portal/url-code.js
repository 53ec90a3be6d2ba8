// Codes that come in the address (#link/…): taken out of it at once, before anything is shown, so that
// they stay neither in the history nor on the screen.
const CARRIERS = ["link", "recover", "hand-over", "work"];
const codes = new Map();

const take = () => {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  if (!CARRIERS.includes(name) || rest.length === 0) return;
  codes.set(name, rest.join("/"));
  history.replaceState(history.state, "", `#${name}`);
};

take();
window.addEventListener("hashchange", take);

/**
 * The code that came for this page, once; empty if there is none.
 * @param {string} name
 */
export const takeCode = (name) => {
  const code = codes.get(name) ?? "";
  codes.delete(name);
  return code;
};
