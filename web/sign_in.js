// Copyright the SpareGrid authors. Apache-2.0.
// The two forms before the door: signing in, and making the first administrator.
import { ask } from "./api.js";
import { SET_UP, SIGN_IN } from "./documents.js";
import { errorText, once, part, put } from "./dom.js";
import { askForCode, isCodeNeeded } from "./proof.js";

/** @import { Me } from "./documents.js" */

/**
 * Shows the form that is needed; both are empty then. `onIn` is told who came in.
 * @param {boolean} setUpNeeded
 */
export function showDoor(setUpNeeded) {
  const signIn = part("sign-in", HTMLFormElement), setUp = part("set-up", HTMLFormElement);
  signIn.reset();
  setUp.reset();
  part("sign-in-second", HTMLDivElement).hidden = true;
  signIn.hidden = setUpNeeded;
  setUp.hidden = !setUpNeeded;
  part(setUpNeeded ? "set-up-code" : "sign-in-name", HTMLInputElement).focus();
}

/** Takes both forms away, with what was typed. */
export function hideDoor() {
  for (const id of ["sign-in", "set-up"]) {
    const form = part(id, HTMLFormElement);
    form.reset();
    form.hidden = true;
  }
}

/**
 * Makes the forms work.
 * @param {(me: Me) => Promise<void>} onIn
 */
export function openDoor(onIn) {
  onSubmit("sign-in", async (value) => {
    const input = { userName: value("username"), password: value("password"), code: value("code") };
    /** @type {{ signIn: { me: Me } }} */
    const { signIn } = await ask(SIGN_IN, { input });
    await onIn(signIn.me);
  });
  onSubmit("set-up", async (value) => {
    const input = { code: value("code").trim(), userName: value("username"), password: value("password") };
    /** @type {{ setUp: { me: Me } }} */
    const { setUp } = await ask(SET_UP, { input });
    await onIn(setUp.me);
  });
}

/**
 * @param {string} id
 * @param {(value: (name: string) => string) => Promise<void>} act
 */
function onSubmit(id, act) {
  const form = part(id, HTMLFormElement);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sent = form.querySelector("button");
    if (!sent) return;
    const problem = part("problem", HTMLParagraphElement);
    await once(sent, async () => {
      put(problem, "");
      const values = new FormData(form);
      await act((name) => String(values.get(name) ?? ""));
    }, (error) => {
      put(problem, errorText(error));
      if (isCodeNeeded(error)) askForCode("sign-in");
      else problem.focus();
    });
  });
}
