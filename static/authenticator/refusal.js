// What cannot be taken, with the sentence that says why.

/** `message` is for the person; `field` names the field it belongs to, `code` what it is to us. */
export class Refusal extends Error {
  constructor(message, field = "", code = "") {
    super(message);
    this.name = "Refusal";
    this.field = field;
    this.code = code;
  }
}
