// Takes the comments out of a script (from standard input to standard output) but for those about
// its licence, and sees to it that what is left is the same program, token by token.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { parse, tokenize } = createRequire(process.argv[2])("espree"); // ESLint's parser
const HOW = { ecmaVersion: "latest", sourceType: "module", comment: true, range: true };

const source = readFileSync(0, "utf8");
let bare = "";
let from = 0;
for (const { value, range } of parse(source, HOW).comments) {
  if (/licen[sc]e|copyright|\(c\)/i.test(value)) continue;
  bare += source.slice(from, range[0]);
  [, from] = range;
}
bare += source.slice(from);
bare = bare.replace(/[ \t]+$/gm, "").replace(/\n{2,}/g, "\n");

const tokensOf = (text) => tokenize(text, HOW).map(({ type, value }) => `${type} ${value}`);
const [before, after] = [tokensOf(source), tokensOf(bare)];
if (before.length !== after.length || before.some((token, at) => token !== after[at])) {
  throw new Error("another program would be left");
}
process.stdout.write(bare);
