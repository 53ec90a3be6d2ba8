"""Three phones that edit, lose and merge, played in the browser with the app's own modules.

`PLAY` plays histories, lists of [phone, act, which, value], and answers with what went wrong. Each
text somebody writes is a word of its own; whoever overwrites or throws away an account ends the
words that are seen in it. All others have to be found in the end.
"""

PLAY = """
const { add, draw, edit, emptyDocument, purge, restore, trash } = await use("accounts/entries");
const { merge } = await use("lk1/merge");
const { canonical } = await use("lk1/bytes");
const { fromBackup, toBackup } = await use("lk1/document");
const DAY = 86_400_000;
const CLOCKS = [0, -5 * DAY, 3 * DAY]; // two of the phones have a wrong clock

const world = () => ({
  phones: CLOCKS.map((clock, at) => ({
    name: `Phone ${at}`, clock, doc: emptyDocument(), base: null, claimed: new Set(),
  })),
  head: null, time: 1e12, made: 0, words: new Map(), wrong: [], isForgetful: false,
});
const held = (doc) => doc.entries.filter((entry) => !entry.gone);
const word = (it, entry) => {
  const text = `w${it.words.size}w`;
  it.words.set(text, { id: entry?.id, isEnded: false });
  return text;
};
const wordsIn = (value) => canonical(value ?? null).match(/w\\d+w/g) ?? [];
const end = (it, value) => {
  for (const each of wordsIn(value)) it.words.get(each).isEnded = true;
};
const note = (it, fault) => it.wrong.push(fault);
const same = (it, fault, x, y) => { if (canonical(x) !== canonical(y)) note(it, fault); };

const merged = (it, base, a, b) => {
  const doc = merge({ base, a, b });
  const other = { doc, phone: "somebody" };
  same(it, "the order matters", doc, merge({ base, a: b, b: a }));
  same(it, "again with mine changes it", doc, merge({ base, a: other, b: a }));
  same(it, "again with theirs changes it", doc, merge({ base, a: other, b }));
  same(it, "with itself changes it", doc, merge({ base, a: other, b: other }));
  return doc;
};

const ACTS = {
  add(it, { doc }, _entry, value, now) {
    const kind = value % 2 ? { type: "hotp", counter: value } : { type: "totp", period: 30 };
    const named = { issuer: `Shop ${value}`, label: "me", secret: `SECRET${value}`, digits: 6 };
    const entry = add(doc, { ...kind, ...named, algorithm: "SHA1", later: [value] }, now);
    entry.id = `00000000-0000-4000-8000-${String(++it.made).padStart(12, "0")}`;
    if (value > 1) entry.notes = word(it, entry);
  },
  claim(it, phone, _entry, value, now) {
    ACTS.add(it, phone, null, value, now);
    const entry = phone.doc.entries.at(-1);
    entry.work = { id: it.made };
    phone.claimed.add(entry.id);
  },
  write(it, { doc }, entry, value, now) {
    const field = ["notes", "label", "recovery", "later"][value % 4];
    end(it, entry[field]);
    edit(doc, entry.id, { [field]: word(it, entry) }, now);
  },
  place: (_it, { doc }, entry, value, now) =>
    edit(doc, entry.id, value % 2 ? { pinned: !entry.pinned } : { order: value }, now),
  draw: (_it, { doc }, entry, _value, now) =>
    entry.type === "hotp" && draw(doc, entry.id, now),
  trash(it, { doc }, entry, _value, now) {
    end(it, entry);
    trash(doc, entry.id, now);
  },
  restore: (_it, { doc }, entry, _value, now) => restore(doc, entry.id, now),
  purge(it, { doc, clock, claimed }) {
    it.time += 31 * DAY;
    const before = new Map(doc.entries.map((entry) => [entry.id, entry]));
    purge(doc, it.time + clock);
    for (const { id } of doc.entries.filter((entry) => entry.gone)) {
      end(it, before.get(id));
      claimed.delete(id);
    }
  },
  set(_it, { doc }, _entry, value, now) {
    Object.assign(doc.settings, { hidden: value % 2 === 0, changed: now });
  },
  sync(it, phone) {
    const mine = { doc: phone.doc, phone: phone.name };
    if (it.head) phone.doc = merged(it, phone.base, mine, it.head);
    phone.base = fromBackup(toBackup(phone.doc));
    it.head = { doc: phone.base, phone: phone.name };
  },
  forget(it, phone) {
    it.isForgetful = true;
    phone.base = null;
  },
  lose(it, phone) {
    ACTS.forget(it, phone);
    const others = it.phones.filter((each) => each !== phone).map(({ doc }) => doc);
    const left = wordsIn([it.head, others]);
    const gone = wordsIn(phone.doc).filter((each) => !left.includes(each));
    end(it, gone);
    phone.doc = emptyDocument();
    phone.claimed.clear();
  },
};
const ALONE = ["add", "claim", "purge", "set", "sync", "forget", "lose"];

const countersOf = (it) => {
  const found = new Map();
  for (const { id, counter } of it.phones.flatMap(({ doc }) => held(doc))) {
    if (counter !== undefined) found.set(id, Math.max(counter, found.get(id) ?? 0));
  }
  return found;
};

const judge = (it) => {
  const counters = countersOf(it);
  for (const phone of [...it.phones, ...it.phones]) ACTS.sync(it, phone);
  const [{ doc }] = it.phones;
  const byId = new Map(doc.entries.map((entry) => [entry.id, entry]));
  for (const phone of it.phones) {
    same(it, "the phones do not agree", toBackup(phone.doc), toBackup(doc));
    for (const entry of held(phone.doc)) {
      if (phone.claimed.has(entry.id) && !entry.secret) note(it, "a secret of work is lost");
    }
  }
  const left = wordsIn(held(doc));
  for (const [text, { id, isEnded }] of it.words) {
    const { gone, trashed } = byId.get(id) ?? {};
    const isMarked = it.isForgetful && (gone || trashed); // without a base the mark may win
    if (!isEnded && !isMarked && !left.includes(text)) note(it, `${text} is lost`);
  }
  for (const [id, counter] of counters) {
    if (!byId.has(id)) note(it, "an account is lost without a mark");
    if (byId.get(id)?.counter < counter) note(it, "a counter went back");
  }
  if (new Set(doc.entries.map((entry) => entry.id)).size < doc.entries.length) {
    note(it, "an id is there twice");
  }
};

const play = (history) => {
  const it = world();
  for (const [who, act, which, value] of history) {
    const phone = it.phones[who];
    const entries = held(phone.doc);
    it.time += 1000;
    const entry = entries[which % entries.length];
    if (entry || ALONE.includes(act)) ACTS[act](it, phone, entry, value, it.time + phone.clock);
  }
  judge(it);
  return [...new Set(it.wrong)];
};
return given.map(play);
"""
