// The page that links this phone: code, whose account, number to type in the portal, done.
import { find, formOf, linkPart, notice, onSubmit, part, put, showStep } from "../../core/page/dom.js";
import { go } from "../../core/page/router.js";
import { Refusal } from "../../core/refusal.js";
import { _, moment } from "../../core/i18n.js";
import { takeCode } from "../portal/url-code.js";
import { device, ownDevice } from "../portal/device.js";
import { wake } from "../sync/sync.js";
import {
  claim,
  forgetClaim,
  groupedCode,
  guessName,
  lookAt,
  readCode,
  showConfirm,
  waitForLink,
} from "../portal/link.js";

/** @param {HTMLElement} root @param {string} name */
const step = (root, name) => {
  showStep(root, name);
  find(root, `[data-step="${name}"] h2`)?.focus();
};

/** @param {HTMLElement} root */
const done = async (root) => {
  const { kind } = await wake();
  const { account } = await ownDevice();
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
    linkPart(root, "next").href = "#recovery";
    put(root, "next", _("Open the backup"));
  }
  step(root, "done");
};

/** @param {HTMLElement} root */
const ended = (root) => {
  const form = formOf(root, "code");
  form.prepend(notice("look", _("That code has ended. Ask the portal for a new one.")));
  step(root, "code");
};

/**
 * Show the number until the portal confirms it; `stop` ends the waiting.
 * @param {HTMLElement} root
 * @param {Claim} given
 * @param {AbortController} stop
 */
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

/**
 * @param {HTMLElement} root
 * @param {string} code
 * @param {{ address?: string, account: string }} found
 */
const ask = async (root, code, found) => {
  const account = found.address ?? found.account;
  put(root, "ask-heading", _("Link this phone to %(account)s?", { account }));
  const form = formOf(root, "ask");
  form.elements.name.value ||= (await device())?.name ?? (await guessName());
  form.dataset.code = code;
  step(root, "ask");
};

/** @param {HTMLElement} root @param {string} text */
const look = async (root, text) => {
  const code = readCode(text);
  const found = await lookAt(code);
  root.querySelector("[data-step=code] .notice")?.remove();
  await ask(root, code, found);
};

/** @param {HTMLFormControlsCollection} given */
const nameIn = ({ name }) => {
  if (name.value.trim()) return name.value.trim();
  throw new Refusal(_("Give this phone a name."), "name");
};

/** @param {HTMLElement} root @param {HTMLFormElement} form @param {AbortController} stop */
const begin = async (root, form, stop) => {
  const claimed = await claim(form.dataset.code ?? "", nameIn(form.elements));
  if (claimed.status === "linked") await done(root);
  else wait(root, claimed, stop);
};

/** @param {HTMLElement} root @param {AbortController} stop */
const listen = (root, stop) => {
  const typing = formOf(root, "code");
  const asking = formOf(root, "ask");
  onSubmit(typing, ({ code }) => look(root, code.value));
  onSubmit(asking, () => begin(root, asking, stop));
  part(root, "cancel").addEventListener("click", async () => {
    await forgetClaim();
    go("codes");
  });
  return typing;
};

/**
 * Show the page; a code that came in the address or from the camera is looked at once.
 * @param {HTMLElement} root
 */
export const showLink = (root) => {
  const stop = new AbortController();
  const typing = listen(root, stop);
  const code = takeCode("link");
  if (code) {
    typing.elements.code.value = groupedCode(code);
    typing.requestSubmit();
  } else {
    device().then((mine) => {
      if (mine?.claim?.number) wait(root, mine.claim, stop);
    });
  }
  return () => stop.abort();
};
