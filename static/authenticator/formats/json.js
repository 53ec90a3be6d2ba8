// Exports in JSON: our own, Aegis, 2FAS and Bitwarden. What an account cannot be made of is listed.
import { KINDS } from "../codes.js";
import { isFile } from "../lk1/file.js";
import { isLink, makeEntry, names, parse, plain } from "../otpauth.js";
import { Refusal } from "../refusal.js";
import { _ } from "../words.js";
import { open2Fas, openAegis } from "./encrypted.js";
import { ownExport } from "./own.js";

const item = (name, make) => {
  try {
    return { entry: make() };
  } catch (error) {
    return { name: plain(name).slice(0, 80) || "?", why: error.message };
  }
};

const known = (type) => {
  const kind = String(type ?? "totp").toLowerCase();
  if (KINDS.includes(kind)) return kind;
  throw new Refusal(_("This app does not know the kind of code “%(kind)s”.", { kind }));
};

const withMore = (entry, { notes, tags, pinned }) => {
  if (notes) entry.notes = String(notes);
  if (tags?.length) entry.tags = tags.map(plain).filter(Boolean);
  if (pinned) entry.pinned = true;
  return entry;
};

const groupsOf = (db) => new Map((db.groups ?? []).map((each) => [each.uuid, each.name]));

const fromAegis = ({ db }) => {
  const groups = groupsOf(db);
  return db.entries.map((each) =>
    item(each.issuer || each.name, () => {
      const { info = {} } = each;
      const made = makeEntry({
        type: known(each.type),
        issuer: each.issuer,
        label: each.name,
        secret: info.secret,
        algorithm: info.algo,
        digits: info.digits,
        period: info.period,
        counter: info.counter,
      });
      const ids = each.groups ?? [];
      const tags = ids.map((id) => groups.get(id)).filter(Boolean);
      if (each.group) tags.push(each.group);
      return withMore(made, { notes: each.note, tags, pinned: each.favorite });
    }),
  );
};

const from2Fas = ({ services, groups = [] }) => {
  const named = new Map(groups.map((each) => [each.id, each.name]));
  return services.map((each) =>
    item(each.name, () => {
      const { otp = {} } = each;
      const made = makeEntry({
        type: known(otp.tokenType),
        issuer: otp.issuer || each.name,
        label: otp.account || otp.label,
        secret: each.secret,
        algorithm: otp.algorithm,
        digits: otp.digits,
        period: otp.period,
        counter: otp.counter,
      });
      const tag = named.get(each.groupId);
      return withMore(made, { tags: tag ? [tag] : [] });
    }),
  );
};

const bitwardenEntry = ({ name, login, notes, favorite }) => {
  const { totp, username } = login;
  const isUri = isLink(totp);
  const made = isUri ? parse(totp) : makeEntry({ type: "totp", secret: totp });
  const named = names(name ?? "", "");
  made.issuer ||= named.issuer || named.label;
  made.label ||= plain(username);
  return withMore(made, { notes, pinned: favorite });
};

const fromBitwarden = ({ items }) =>
  items.filter((each) => each.login?.totp).map((each) => item(each.name, () => bitwardenEntry(each)));

const refused = (words) => () => {
  throw new Refusal(words);
};

const encryptedBitwarden = () =>
  _("This export is encrypted. Export it again as plain JSON, then delete the file.");

/**
 * The name of the app that wrote it, and how to read it, or with a password how to `open` it first;
 * `null` if it is none of these.
 */
export const recognise = (data) => {
  if (data === null || typeof data !== "object") return null;
  if (isFile(data)) return ownExport(data);
  if (typeof data.db === "string" && Array.isArray(data.header?.slots)) {
    return { source: "Aegis", open: (password) => openAegis(data, password), read: fromAegis };
  }
  if (Array.isArray(data.db?.entries)) return { source: "Aegis", read: () => fromAegis(data) };
  if (typeof data.servicesEncrypted === "string" && data.servicesEncrypted) {
    return { source: "2FAS", open: (password) => open2Fas(data, password), read: from2Fas };
  }
  if (Array.isArray(data.services)) return { source: "2FAS", read: () => from2Fas(data) };
  if (data.encrypted === true) return { source: "Bitwarden", read: refused(encryptedBitwarden()) };
  if (Array.isArray(data.items)) return { source: "Bitwarden", read: () => fromBitwarden(data) };
  return null;
};
