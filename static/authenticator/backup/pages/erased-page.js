// The pages after an order of the portal: erased, why there is nothing here; locked, until when and what to do.
import { onPress } from "../../core/page/page-helpers.js";
import { part, put } from "../../core/page/dom.js";
import { present } from "../../core/page/router.js";
import { noteErased } from "../../accounts/vault.js";
import { _, moment } from "../../core/i18n.js";
import { callWhileLocked, contact, finishErasure } from "../portal/heartbeat.js";

/**
 * Show it; what was cut off is finished, what is owed to the portal is told.
 * @param {ErasedNote} note
 */
export const showErased = (note) => {
  present("page-erased", (root) => {
    part(root, "begin").addEventListener("click", async () => {
      await noteErased(null);
      location.hash = "codes";
      location.reload();
    });
  });
  return finishErasure(note);
};

/**
 * Show that the accounts are locked, and go on calling: they open again when the order is called off.
 * @param {AwayRow} given
 * @param {number} pause
 */
export const showAway = ({ until }, pause) => {
  present("page-away", (root) => {
    put(
      root,
      "until",
      _("They will be erased when this app is opened with a network after %(date)s.", {
        date: moment(Date.parse(until)),
      }),
    );
    onPress(root, "again", async () => {
      const answer = await contact();
      if (answer?.restarts) location.reload();
    });
  });
  callWhileLocked(pause);
};
