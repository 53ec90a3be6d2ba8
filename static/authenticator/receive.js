// What becomes of a text that was scanned: an account, a part of an export, or a sentence why not.
import { keep, setDraft } from "./add.js";
import { isBatch, readBatch } from "./formats/google.js";
import { isLink, parse, plain } from "./otpauth.js";
import { setPending } from "./pending.js";
import { Refusal } from "./refusal.js";
import { go } from "./router.js";
import { _ } from "./words.js";

const SHOWN = 60; // characters of a text that is no account

const batches = new Map();

const preview = (parts) => {
  batches.clear();
  setPending(_("Google Authenticator"), [...parts.values()].flat());
  go("preview");
};

/** Collect the parts of an export; tells what is missing, or shows the preview. */
const collect = (text) => {
  const { id, size, index, items } = readBatch(text);
  if (!batches.has(id)) batches.set(id, new Map());
  const parts = batches.get(id).set(index, items);
  if (parts.size >= size) {
    preview(parts);
    return null;
  }
  return {
    words: _("%(count)s of %(size)s is read. Show the next QR code.", { count: parts.size, size }),
    button: _("Go on without the rest"),
    goOn: () => preview(parts),
  };
};

const APP = "/authenticator/";

/** A link into the app, as the portal's QR codes have: its page, or "" if it is something else. */
const placeIn = (text) => {
  const [address, place] = text.split("#");
  if (!place || !address.endsWith(APP)) return "";
  if (address === location.origin + APP) return place;
  throw new Refusal(_("This QR code belongs to another portal: %(address)s", { address }));
};

/**
 * Take a scanned text. An account is kept at once; of an export in parts, answers with what to say
 * and how to go on without the rest. Refuses with a sentence what is neither.
 */
export const receive = async (text) => {
  if (isBatch(text)) return collect(text);
  const place = placeIn(text);
  if (place) {
    location.hash = place;
    return null;
  }
  if (!isLink(text)) {
    const shown = plain(text).slice(0, SHOWN);
    throw new Refusal(
      _("This QR code is not one of an account. It says “%(shown)s”.", { shown }),
    );
  }
  const entry = parse(text);
  if (entry.issuer || entry.label) {
    await keep(entry);
    go("codes");
  } else {
    setDraft(text);
    go("add");
  }
  return null;
};
