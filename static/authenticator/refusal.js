// What cannot be taken, with the sentence that says why.

/** `message` is shown to the person; `field` names the field it belongs to, if any. */
export class Refusal extends Error {
  constructor(message, field = "") {
    super(message);
    this.name = "Refusal";
    this.field = field;
  }
}
