// The encrypted export: a vault in a file, with a key of its own that a passphrase opens.
import { checkFormat, openEnvelope, sealEnvelope } from "./envelope.js";
import { newVault } from "./keys.js";
import { damaged } from "./refusals.js";
import { makeSlot, openSlot } from "./slots.js";

const FORMAT = "lk1-file";
const NOBODY = "00000000-0000-0000-0000-000000000000"; // a file is of no installation
const FIRST = { version: 1, base: 0, epoch: 0, device: NOBODY };

/**
 * A file with this document.
 * @param {{ doc: VaultDocument, passphrase: string }} given
 */
export const sealFile = async ({ doc, passphrase }) => {
  const vault = newVault();
  const slot = await makeSlot({ kind: "passphrase", ...vault, passphrase });
  const envelope = await sealEnvelope({ ...vault, ...FIRST, doc });
  return { format: FORMAT, envelope, slots: [slot] };
};

/**
 * Tell whether this is such a file, of this version of the app or another one.
 * @param {Json} data
 */
export const isFile = (data) => /^lk\d+-file$/.test(data?.format);

/**
 * Refuse a file of a newer app, and what is none.
 * @param {SealedFile} given
 */
export const checkFile = ({ format, envelope, slots }) => {
  checkFormat(format, FORMAT);
  if (!envelope || !Array.isArray(slots)) throw damaged();
};

/**
 * The document of a file; refuses a passphrase that does not open it.
 * @param {{ file: SealedFile, passphrase: string }} given
 */
export const openFile = async ({ file, passphrase }) => {
  checkFile(file);
  const slot = file.slots.find((each) => each?.kind === "passphrase");
  if (!slot) throw damaged();
  const secret = await openSlot({ slot, vault: file.envelope.vault, passphrase });
  return openEnvelope({ secret, envelope: file.envelope });
};
