// Copyright the SpareGrid authors. Apache-2.0.
// The list of runs, kept as it is by the subscription. A row that is there is changed, not made anew: whoever has a button of
// it under the finger keeps it.
import { ask } from "./api.js";
import { RESUME_RUN, STOP_RUN, SUSPEND_RUN } from "./documents.js";
import { button, facts, make, mark, part, put, time } from "./dom.js";
import {
  elided,
  entriesText,
  isOver,
  markOf,
  partDone,
  progressText,
  runText,
  shownText,
  spanText,
  timeText,
} from "./words.js";

/** @import { Run } from "./documents.js" */

const ROWS_MAX = 20;
const CURRENT_CHARACTERS = 90;

export class RunList {
  /** @type {Map<string, RunRow>} */
  #rows = new Map();
  #list = part("run-list", HTMLUListElement);
  #mayOperate = false;
  /** @type {(run: Run, before: Run | undefined) => void} */
  #onChange = () => {};

  /**
   * Begins with no runs.
   * @param {boolean} mayOperate
   * @param {(run: Run, before: Run | undefined) => void} onChange
   */
  begin(mayOperate, onChange) {
    this.clear();
    this.#mayOperate = mayOperate;
    this.#onChange = onChange;
    part("runs", HTMLElement).hidden = false;
  }

  /** Forgets all. */
  clear() {
    this.#rows.clear();
    this.#list.replaceChildren();
    part("runs", HTMLElement).hidden = true;
    part("runs-empty", HTMLElement).hidden = false;
  }

  /** How many are under way. */
  get running() {
    return [...this.#rows.values()].filter(({ run }) => !isOver(run.state)).length;
  }

  /**
   * Shows a run as it now is. One that was already over stays so: an answer may be older than the news of its end.
   * @param {Run} run
   */
  show(run) {
    const row = this.#rows.get(run.id);
    if (row && isOver(row.run.state)) return;
    const before = row?.run;
    if (row) row.update(run);
    else this.#insert(run);
    this.#onChange(run, before);
  }

  /** @param {Run} run */
  #insert(run) {
    const row = new RunRow(run, this.#mayOperate);
    this.#rows.set(run.id, row);
    const ids = [...this.#rows.keys()].sort(newestFirst);
    const next = this.#rows.get(ids[ids.indexOf(run.id) + 1] ?? "");
    this.#list.insertBefore(row.element, next?.element ?? null);
    part("runs-empty", HTMLElement).hidden = true;
    for (const id of ids.slice(ROWS_MAX).reverse()) {
      const old = this.#rows.get(id);
      if (!old || !isOver(old.run.state)) continue;
      old.element.remove();
      this.#rows.delete(id);
    }
  }
}

/**
 * IDs are numbers; later runs have greater ones.
 * @param {string} a
 * @param {string} b
 */
function newestFirst(a, b) {
  return b.length - a.length || (a < b ? 1 : -1);
}

class RunRow {
  #mark = make("span", {});
  #facts = make("span", {});
  #bar = make("progress", { max: "1" });
  #figures = make("p", { class: "figures" });
  #current = make("p", { class: "muted name" });
  #why = make("p", { class: "wide name" });

  /**
   * @param {Run} run
   * @param {boolean} mayOperate
   */
  constructor(run, mayOperate) {
    this.run = run;
    const what = runText(run);
    this.#bar.setAttribute("aria-label", what);
    const order = (/** @type {string} */ word, /** @type {string} */ document) =>
      button(word, what, async () => void await ask(document, { id: run.id }));
    this.buttons = {
      suspend: order("Suspend", SUSPEND_RUN),
      resume: order("Resume", RESUME_RUN),
      stop: order("Stop", STOP_RUN),
    };
    this.mayOperate = mayOperate;
    this.live = make("div", { class: "wide live" }, this.#bar, this.#figures, this.#current);
    this.element = make(
      "li",
      {},
      this.#mark,
      make("div", { class: "main" }, make("strong", { class: "name" }, what), make("br", {}), this.#facts),
      make("div", { class: "buttons" }, ...Object.values(this.buttons)),
      this.live,
      this.#why,
    );
    this.#draw();
  }

  /** @param {Run} run */
  update(run) {
    const isSameState = run.state === this.run.state;
    this.run = run;
    this.#draw(isSameState);
  }

  #draw(isSameState = false) {
    const { state, progress, code, message, remedy, problemCount } = this.run;
    const over = isOver(state);
    if (!isSameState) {
      this.#mark.replaceChildren(mark(state));
      this.#facts.replaceChildren(this.#times());
    }
    this.live.hidden = over || progress === null;
    if (progress && !over) this.#drawProgress(progress);
    const problems = problemCount === 0 ? "" : `${entriesText(problemCount)} could not be read or written.`;
    const why = message === null ? "" : `${message}${code === null ? "" : ` [${code}]`}. ${remedy ?? ""}`;
    put(this.#why, shownText(`${why} ${problems}`.trim()));
    this.buttons.suspend.hidden = !this.mayOperate || !["QUEUED", "WAITING", "RUNNING"].includes(state);
    this.buttons.resume.hidden = !this.mayOperate || state !== "SUSPENDED";
    this.buttons.stop.hidden = !this.mayOperate || over;
  }

  /** @param {import("./documents.js").Progress} progress */
  #drawProgress(progress) {
    const part = partDone(progress);
    // A bar of unknown length would only move about; the figures say "so far".
    this.#bar.hidden = part === undefined;
    this.#bar.value = part ?? 0;
    put(this.#figures, progressText(progress));
    put(this.#current, elided(shownText(progress.current ?? ""), CURRENT_CHARACTERS));
  }

  #times() {
    const { id, queuedAt, startedAt, endedAt, nextTryAt, state } = this.run;
    const took = startedAt !== null && endedAt !== null ? `took ${spanText(startedAt, endedAt)}` : undefined;
    const next = nextTryAt !== null && !isOver(state) ? `next try ${timeText(nextTryAt)}` : undefined;
    return facts(`Run ${shownText(id)}`, time(startedAt ?? queuedAt), took, next);
  }
}

/**
 * What to say aloud of a change: only beginnings and ends; undefined for what lies between.
 * @param {Run} run
 * @param {Run | undefined} before
 */
export function spokenChange(run, before) {
  if (before !== undefined && before.state === run.state) return undefined;
  if (before === undefined && isOver(run.state)) return undefined;
  if (run.state === "RUNNING" || isOver(run.state)) {
    return `${runText(run)}: ${markOf(run.state).word.toLowerCase()}`;
  }
  return undefined;
}
