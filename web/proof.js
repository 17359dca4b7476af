// Copyright the SpareGrid authors. Apache-2.0.
// What is dangerous asks for the password again when it was last given some time ago.
import { ApiError, ask } from "./api.js";
import { CONFIRM_PASSWORD } from "./documents.js";
import { errorText, once, part, put } from "./dom.js";

/** The password was last given too long ago. */
const PROOF_NEEDED = "SG1053";
/** The user has a second factor. */
const CODE_NEEDED = "SG1052";

/**
 * What waits for the password: done when it was confirmed, given up when the dialog was closed.
 * @type {PromiseWithResolvers<boolean> | undefined}
 */
let waiting;

/**
 * Does `act`; where that takes a proof, asks for the password and does it then. Nothing is done where that is given up.
 * @param {() => Promise<void>} act
 */
export async function withProof(act) {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== PROOF_NEEDED) throw error;
    if (await proved()) await act();
  }
}

/** Closes the dialog, and forgets what was typed. */
export function closeProof() {
  part("proof", HTMLDialogElement).close();
}

/** Makes the dialog work. */
export function readyProof() {
  const dialog = part("proof", HTMLDialogElement), form = part("proof-form", HTMLFormElement);
  part("proof-cancel", HTMLButtonElement).addEventListener("click", closeProof);
  dialog.addEventListener("close", () => {
    form.reset();
    part("proof-second", HTMLDivElement).hidden = true;
    waiting?.resolve(false);
    waiting = undefined;
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sent = form.querySelector("button");
    if (!sent) return;
    await once(sent, async () => {
      const values = new FormData(form);
      await ask(CONFIRM_PASSWORD, { input: { password: values.get("password"), code: values.get("code") } });
      waiting?.resolve(true);
      closeProof();
    }, (error) => {
      put(part("proof-problem", HTMLParagraphElement), errorText(error));
      if (isCodeNeeded(error)) askForCode("proof");
    });
  });
}

/**
 * Shows a form's field for the code of the second factor.
 * @param {"sign-in" | "proof"} form
 */
export function askForCode(form) {
  part(`${form}-second`, HTMLDivElement).hidden = false;
  part(`${form}-code`, HTMLInputElement).focus();
}

/**
 * True for the refusal of a form that needs a code.
 * @param {unknown} error
 */
export function isCodeNeeded(error) {
  return error instanceof ApiError && error.code === CODE_NEEDED;
}

/** @returns {Promise<boolean>} */
function proved() {
  waiting = Promise.withResolvers();
  put(part("proof-problem", HTMLParagraphElement), "");
  part("proof", HTMLDialogElement).showModal();
  return waiting.promise;
}
