// Copyright the SpareGrid authors. Apache-2.0.
// The dialog that orders a restore. Nothing that exists is replaced unless one says so.
import { ask } from "./api.js";
import { START_RESTORE } from "./documents.js";
import { errorText, once, part, put, say } from "./dom.js";
import { pathInput } from "./route.js";
import { runText, shownText } from "./words.js";

/** @import { Run } from "./documents.js" */
/** @import { Path } from "./route.js" */

/** @typedef {{ set: string, snapshot: string, path: Path }} Chosen */

/** @type {Chosen | undefined} */
let chosen;

/**
 * Asks where to restore an entry to.
 * @param {Chosen} entry
 */
export function openRestore(entry) {
  chosen = entry;
  put(part("restore-what", HTMLParagraphElement), shownText(entry.path.text));
  put(part("restore-problem", HTMLParagraphElement), "");
  showWhere();
  part("restore", HTMLDialogElement).showModal();
}

/** Closes the dialog, and forgets what was chosen and typed. */
export function closeRestore() {
  part("restore", HTMLDialogElement).close();
  part("restore-form", HTMLFormElement).reset();
  for (const id of ["restore-what", "restore-where", "restore-problem"]) {
    put(part(id, HTMLParagraphElement), "");
  }
  chosen = undefined;
}

/**
 * Makes the dialog work.
 * @param {(run: Run) => void} onRun
 */
export function readyRestore(onRun) {
  const form = part("restore-form", HTMLFormElement);
  part("restore-target", HTMLInputElement).addEventListener("input", showWhere);
  part("restore-cancel", HTMLButtonElement).addEventListener("click", closeRestore);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sent = form.querySelector("button"), entry = chosen;
    if (!sent || !entry) return;
    await once(sent, async () => {
      onRun(await start(entry, new FormData(form)));
      closeRestore();
    }, (error) => {
      put(part("restore-problem", HTMLParagraphElement), errorText(error));
    });
  });
}

/**
 * @param {Chosen} chosen
 * @param {FormData} values
 */
async function start({ set, snapshot, path }, values) {
  /** @type {{ startRestore: { run: Run } }} */
  const { startRestore: { run } } = await ask(START_RESTORE, {
    input: {
      ...{ set, snapshot, paths: [pathInput(path)], target: values.get("target") },
      ...{ overwrite: values.get("overwrite"), verify: values.has("verify") },
    },
  });
  say(`${runText(run)} was started. It goes on when this page is closed.`);
  return run;
}

/** Where the entry will be, as far as it is typed. */
function showWhere() {
  const target = part("restore-target", HTMLInputElement).value.replace(/\/+$/, "");
  const isWhole = /^(?:\/|[A-Za-z]:[\\/])/.test(part("restore-target", HTMLInputElement).value);
  const where = isWhole && chosen
    ? `It will be ${target}${chosen.path.text}`
    : "An absolute path. The folders above the entry are made in it.";
  put(part("restore-where", HTMLParagraphElement), shownText(where));
}
