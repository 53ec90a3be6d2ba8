// The page that links this phone: code, whose account, number to type in the portal, done.
import { onSubmit, notice, part, put } from "../dom.js";
import { go } from "../router.js";
import { Refusal } from "../refusal.js";
import { _, moment } from "../words.js";
import { takeCode } from "./arrive.js";
import { device } from "./device.js";
import { wake } from "./engine.js";
import {
  claim,
  forgetClaim,
  groupedCode,
  guessName,
  lookAt,
  readCode,
  showConfirm,
  waitForLink,
} from "./link.js";

const step = (root, name) => {
  for (const each of root.querySelectorAll("[data-step]")) each.hidden = each.dataset.step !== name;
  root.querySelector(`[data-step="${name}"] h2`)?.focus();
};

const done = async (root) => {
  const { kind } = await wake();
  const { account } = await device();
  put(root, "done-words", _("This phone is linked to %(account)s", { account }));
  const hasBackup = kind !== "linked";
  put(
    root,
    "next-words",
    hasBackup
      ? _("Your account has a backup already. Open it to bring its accounts to this phone.")
      : _("Its accounts are not backed up yet. That takes two minutes, pen and paper help."),
  );
  if (hasBackup) {
    part(root, "next").href = "#recovery";
    put(root, "next", _("Open the backup"));
  }
  step(root, "done");
};

const ended = (root) => {
  const form = root.querySelector("[data-step=code]");
  form.prepend(notice("look", _("That code has ended. Ask the portal for a new one.")));
  step(root, "code");
};

/** Show the number until the portal confirms it; `stop` ends the waiting. */
const wait = async (root, { number, account, expires, confirm }, stop) => {
  put(root, "number", number);
  showConfirm(root, confirm);
  put(
    root,
    "wait-words",
    _("The page of %(account)s asks for it. The code ends at %(time)s.", {
      account,
      time: moment(expires),
    }),
  );
  step(root, "wait");
  const status = await waitForLink(stop.signal, (error) => {
    part(root, "trouble").replaceChildren(...(error ? [notice("look", error.message)] : []));
  });
  if (status === "linked") await done(root);
  if (status === "ended") ended(root);
};

const ask = async (root, code, found) => {
  const account = found.address ?? found.account;
  put(root, "ask-heading", _("Link this phone to %(account)s?", { account }));
  const form = root.querySelector("[data-step=ask]");
  form.elements.name.value ||= (await device())?.name ?? (await guessName());
  form.dataset.code = code;
  step(root, "ask");
};

const look = async (root, text) => {
  const code = readCode(text);
  const found = await lookAt(code);
  root.querySelector("[data-step=code] .notice")?.remove();
  await ask(root, code, found);
};

const nameIn = ({ name }) => {
  if (name.value.trim()) return name.value.trim();
  throw new Refusal(_("Give this phone a name."), "name");
};

const begin = async (root, form, stop) => {
  const claimed = await claim(form.dataset.code, nameIn(form.elements));
  if (claimed.status === "linked") await done(root);
  else wait(root, claimed, stop);
};

const listen = (root, stop) => {
  const typing = root.querySelector("[data-step=code]");
  const asking = root.querySelector("[data-step=ask]");
  onSubmit(typing, ({ code }) => look(root, code.value));
  onSubmit(asking, () => begin(root, asking, stop));
  part(root, "cancel").addEventListener("click", async () => {
    await forgetClaim();
    go("codes");
  });
  return typing;
};

/** Show the page; a code that came in the address or from the camera is looked at once. */
export const showLink = (root) => {
  const stop = new AbortController();
  const typing = listen(root, stop);
  const code = takeCode("link");
  if (code) {
    typing.elements.code.value = groupedCode(code);
    typing.requestSubmit();
  } else {
    device().then((mine) => mine?.claim?.number && wait(root, mine.claim, stop));
  }
  return () => stop.abort();
};
