// Hand over the token of a link, which stands behind the # so that no log of a proxy ever holds it.
const form = /** @type {HTMLFormElement | null} */ (
  document.querySelector("form[data-link-token]")
);
const token = location.hash.slice(1);
if (form && token) {
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.token.value = token;
  form.requestSubmit();
}
