// Copyright the SpareGrid authors. Apache-2.0.
// The overview: are all sets backed up, and what must be done.
import { ask } from "./api.js";
import { SETS, START_RUN } from "./documents.js";
import { button, facts, make, mark, name, time } from "./dom.js";
import { addressOf } from "./route.js";
import { countText, isOver, shownText } from "./words.js";

/** @import { BackupSet, PageInfo, Run } from "./documents.js" */
/** @import { Place } from "./main.js" */

/**
 * @param {Place} place
 * @returns {Promise<{ onRun: (run: Run) => void, onRunEnd: () => Promise<void> }>}
 */
export async function showOverview(place) {
  const { installation: { roles, notices }, view } = place;
  const sets = make("ul", { class: "rows" });
  const more = make("div", {});
  const section = make("section", {}, make("h2", {}, "Backup sets"), sets, more);
  view.replaceChildren(...notices.map((notice) => make("p", { class: "note warn" }, shownText(notice))));
  if (!roles.includes("CLIENT")) {
    place.head("This server keeps backups of clients", []);
    view.append(make("p", {}, "It has no backup sets of its own."));
    return { onRun: () => {}, onRunEnd: () => Promise.resolve() };
  }
  view.append(section);
  /** @type {Map<string, SetRow>} */
  const rows = new Map();
  const verdict = () => place.head(verdictOf([...rows.values()].map(({ state }) => state)), []);
  const load = async (/** @type {string | null} */ after) => {
    /** @type {{ sets: { nodes: BackupSet[], pageInfo: PageInfo } }} */
    const { sets: { nodes, pageInfo } } = await ask(SETS, { after }, place.signal);
    if (after === null) sets.replaceChildren();
    for (const set of nodes) {
      const row = new SetRow(set, place);
      rows.set(set.id, row);
      sets.append(row.element);
    }
    const next = button("Show more", "backup sets", () => load(pageInfo.endCursor));
    more.replaceChildren(...(pageInfo.hasNextPage ? [next] : []));
    verdict();
  };
  await load(null);
  if (rows.size === 0) {
    sets.replaceWith(
      make(
        "p",
        { class: "muted" },
        "There are none. Make one with ",
        make("code", {}, "sparegrid set add"),
        ".",
      ),
    );
  }
  return {
    onRun: (run) => {
      if (run.kind !== "BACKUP" || run.set === null) return;
      rows.get(run.set.id)?.showRun(run);
      verdict();
    },
    onRunEnd: () => load(null),
  };
}

/**
 * The sentence above all.
 * @param {string[]} states
 */
export function verdictOf(states) {
  if (states.length === 0) return "No backup set yet";
  const needy = states.filter((state) => !["DONE", "RUNNING", "QUEUED"].includes(state)).length;
  const all = states.length === 1 ? "The backup set" : `${needy} of ${states.length} backup sets`;
  if (needy > 0) return `${all} ${needy === 1 ? "needs" : "need"} attention`;
  if (states.some((state) => !isOver(state))) return "Backups are running";
  return states.length === 1
    ? "The backup set is backed up"
    : `All ${states.length} backup sets are backed up`;
}

class SetRow {
  /** @type {HTMLSpanElement} */
  #mark;
  #last = make("span", {});
  state = "NEVER";

  /**
   * @param {BackupSet} set
   * @param {Place} place
   */
  constructor(set, { may }) {
    const { id, name: called, sources, snapshotCount, destinations, paused, deleting } = set;
    this.#mark = make("span", {}, mark("NEVER"));
    const link = make("a", { href: addressOf({ name: "set", set: id }) }, name(called));
    const what = `${sources[0] ?? ""}${sources.length > 1 ? ` and ${sources.length - 1} more` : ""}`;
    const where = destinations.map(({ destination }) => destination.name).join(", ");
    const start = button("Back up now", called, async () => {
      await ask(START_RUN, { input: { kind: "BACKUP", set: id } });
    });
    start.hidden = !may("OPERATE") || deleting;
    this.element = make(
      "li",
      {},
      this.#mark,
      make(
        "div",
        { class: "main" },
        link,
        make("br", {}),
        facts(
          this.#last,
          countText(snapshotCount, "snapshot"),
          name(what),
          where === "" ? "no destination" : make("span", {}, "to ", name(where)),
          paused ? "paused: nothing starts by itself" : undefined,
          deleting ? "is being deleted" : undefined,
        ),
      ),
      make("div", { class: "buttons" }, start),
    );
    if (set.lastRun === null) this.#last.replaceChildren("no backup yet");
    else this.showRun(set.lastRun);
  }

  /**
   * The set's last backup as it now is.
   * @param {Run} run
   */
  showRun(run) {
    const isNews = run.state !== this.state;
    this.state = run.state;
    if (!isNews) return;
    this.#mark.replaceChildren(mark(run.state));
    const at = run.endedAt ?? run.startedAt ?? run.queuedAt;
    this.#last.replaceChildren(isOver(run.state) ? "last backup " : "since ", time(at));
  }
}
