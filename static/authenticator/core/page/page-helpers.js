// What is done when somebody presses: once at a time, and a refusal is said where it happened.
import { asFailure } from "../refusal.js";
import { buttonPart, notice, part } from "./dom.js";

/**
 * Say something at the head of a page; nothing without a sentence.
 * @param {HTMLElement} root
 * @param {string} tone
 * @param {...string | undefined} sentences
 */
export const tell = (root, tone, ...sentences) => {
  const words = sentences.flatMap((each) => each || []);
  part(root, "words").replaceChildren(...(words.length ? [notice(tone, ...words)] : []));
};

/**
 * Run `act` when a button (or the part of this name) is pressed; refusals are said on the page.
 * @param {HTMLElement} root
 * @param {string | HTMLButtonElement} pressed
 * @param {() => unknown} act
 */
export const onPress = (root, pressed, act) => {
  const button = typeof pressed === "string" ? buttonPart(root, pressed) : pressed;
  button.addEventListener("click", async () => {
    if (button.disabled) return;
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      tell(root, "look", asFailure(error).message);
    } finally {
      button.disabled = false;
    }
  });
};

/**
 * Call `act` every so often until it gives something else than `null`, or the page is left.
 * @param {() => Promise<any>} act
 * @param {number} pause
 * @param {(found: any) => void} done
 */
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
