// The page after an erasure that the portal asked for: why there is nothing here.
import { part } from "../dom.js";
import { present } from "../router.js";
import { noteErased } from "../vault.js";
import { finishErasure } from "./contact.js";

/** Show it; what was cut off is finished, what is owed to the portal is told. */
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
