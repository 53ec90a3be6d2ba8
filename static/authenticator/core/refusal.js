// What cannot be taken, with the sentence that says why.

/** `message` is for the person; `field` names the field it belongs to, `code` what it is to us. */
export class Refusal extends Error {
  /** @param {string} message */
  constructor(message, field = "", code = "") {
    super(message);
    this.name = "Refusal";
    this.field = field;
    this.code = code;
  }
}

/**
 * What was caught, as the error that it is; only errors are ever thrown here.
 * @param {unknown} caught
 */
export const asFailure = (caught) =>
  /** @type {Failure} */ (caught instanceof Error ? caught : new Error(String(caught)));
