// What is done when somebody presses: once at a time, and a refusal is said where it happened.
import { notice, part } from "../dom.js";

/** Say something at the head of a page; nothing without a sentence. */
export const tell = (root, tone, ...sentences) => {
  const words = sentences.filter(Boolean);
  part(root, "words").replaceChildren(...(words.length ? [notice(tone, ...words)] : []));
};

/** Run `act` when a button (or the part of this name) is pressed; refusals are said on the page. */
export const onPress = (root, pressed, act) => {
  const button = typeof pressed === "string" ? part(root, pressed) : pressed;
  button.addEventListener("click", async () => {
    if (button.disabled) return;
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      tell(root, "look", error.message);
    } finally {
      button.disabled = false;
    }
  });
};

/** Call `act` every so often until it gives something else than `null`, or the page is left. */
export const poll = (act, pause, done) => {
  let isOver = false;
  const look = async () => {
    if (isOver) return;
    const found = document.hidden ? null : await act().catch(() => null);
    if (isOver) return;
    if (found === null) setTimeout(look, pause);
    else done(found);
  };
  setTimeout(look, pause);
  return () => {
    isOver = true;
  };
};
