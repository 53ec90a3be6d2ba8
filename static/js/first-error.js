// After a refused form: the focus goes to the summary, or else to the first field that is wrong.
const target =
  document.querySelector("[data-error-summary]") ??
  document.querySelector('[aria-invalid="true"]');
target?.focus();
