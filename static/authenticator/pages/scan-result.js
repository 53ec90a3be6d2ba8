// What becomes of texts that were scanned: an account, a part of an export, or a sentence why not.
import { keep, setDraft } from "./add.js";
import { isBatch, joined, readBatch } from "../formats/apps/google.js";
import { reason } from "../formats/parsing/item.js";
import { readAccount } from "../formats/parsing/link.js";
import { readLinks, splitLinks } from "../formats/links.js";
import { plain } from "../otp/link-label.js";
import { isLink } from "../otp/otpauth.js";
import { setPending } from "../accounts/import-preview-state.js";
import { Refusal } from "../core/refusal.js";
import { go } from "../core/page/router.js";
import { _ } from "../core/i18n.js";

const SHOWN = 60; // characters of a text that is no account

const batches = new Map(); // parts of exports that were scanned so far, by export and place

/** @param {string} source @param {Item[]} items */
const preview = (source, items) => {
  batches.clear();
  setPending(source, items);
  go("preview");
};

const previewBatches = () =>
  preview(_("Google Authenticator"), [...joined([...batches.values()]).values()].flat());

/**
 * Collect parts of exports; tells what is missing, or shows the preview.
 * @param {string[]} texts
 */
const collect = (texts) => {
  for (const batch of texts.map(readBatch)) batches.set(`${batch.id} ${batch.index}`, batch);
  const all = [...batches.values()];
  /** @param {Batch} batch */
  const partsOf = (batch) => all.filter(({ id }) => id === batch.id);
  const open = all.find((batch) => partsOf(batch).length < batch.size);
  if (!open) {
    previewBatches();
    return null;
  }
  const [count, { size }] = [partsOf(open).length, open];
  return {
    words: _("%(count)s of %(size)s is read. Show the next QR code.", { count, size }),
    button: _("Go on without the rest"),
    goOn: previewBatches,
  };
};

const APP = "/authenticator/";

/**
 * A link into the app, as the portal's QR codes have: its page, or "" if it is something else.
 * @param {string} text
 */
const placeIn = (text) => {
  const [address, place] = text.split("#");
  if (!place || !address.endsWith(APP)) return "";
  if (address === location.origin + APP) return place;
  throw new Refusal(_("This QR code belongs to another portal: %(address)s", { address }));
};

/** @param {string} text */
const isAny = (text) => isLink(text) || isBatch(text);

/** @param {string} text */
const noAccount = (text) => {
  const shown = plain(text).slice(0, SHOWN);
  return new Refusal(_("This QR code is not one of an account. It says “%(shown)s”.", { shown }));
};

/**
 * Keep the one account of a link at once; one without a name gets it first.
 * @param {string} text
 */
const receiveOne = async (text) => {
  const entry = readAccount(text);
  if (entry.issuer || entry.label) {
    await keep(entry);
    go("codes");
  } else {
    setDraft(text);
    go("add");
  }
};

/** @param {string[]} links @param {string[]} others @param {Item[]} problems */
const previewAll = async (links, others, problems) => {
  const wrong = others.map((text) => ({ name: _("QR code"), why: reason(noAccount(text)) }));
  preview(_("QR codes"), [...(await readLinks(links)), ...wrong, ...problems]);
};

/**
 * Take scanned texts. One account is kept at once; several things are looked at first, with the
 * `problems` there were, each `{name, why}`; of an export in parts, answers with what to say and how
 * to go on without the rest. Refuses with a sentence what is nothing of that.
 * @param {string[]} texts
 * @param {Item[]} [problems]
 */
export const receive = async (texts, problems = []) => {
  const found = [...new Set(texts)];
  const links = found.filter((text) => isAny(text)).flatMap(splitLinks);
  const others = found.filter((text) => !isAny(text));
  if (links.length && links.every(isBatch) && !others.length && !problems.length) {
    return collect(links);
  }
  if (links.length === 0 && others.length === 1 && !problems.length) {
    const [text] = others;
    const place = placeIn(text);
    if (!place) throw noAccount(text);
    location.hash = place;
    return null;
  }
  if (links.length + others.length + problems.length === 1) {
    if (problems.length) throw new Refusal(problems[0].why ?? "");
    await receiveOne(links[0]);
    return null;
  }
  await previewAll(links, others, problems);
  return null;
};
