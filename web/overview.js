// Copyright the SpareGrid authors. Apache-2.0.
// The overview: are all sets backed up, and what must be done.
import { ask } from "./api.js";
import { SETS, START_RUN } from "./documents.js";
import { button, facts, make, mark, name, put, time } from "./dom.js";
import { PagedList } from "./paged_list.js";
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
  view.replaceChildren(...notices.map((notice) => make("p", { class: "note warn" }, shownText(notice))));
  if (!roles.includes("CLIENT")) {
    place.head("This server keeps backups of clients", []);
    view.append(make("p", {}, "It has no backup sets of its own."));
    return { onRun: () => {}, onRunEnd: () => Promise.resolve() };
  }
  /** @type {Map<string, SetRow>} */
  const rows = new Map();
  /** @type {PagedList<BackupSet>} */
  const list = new PagedList({
    what: "backup sets",
    kind: "sets",
    empty: make(
      "span",
      { class: "muted" },
      "There are none. Make one with ",
      make("code", {}, "sparegrid set add"),
      ".",
    ),
    fetch: async (after) => {
      /** @type {{ sets: { nodes: BackupSet[], pageInfo: PageInfo } }} */
      const { sets } = await ask(SETS, { after }, place.signal);
      return sets;
    },
    keyOf: ({ id }) => id,
    rowOf: (set) => {
      const row = new SetRow(set, place);
      rows.set(set.id, row);
      return row;
    },
  });
  view.append(make("section", {}, make("h2", {}, "Backup sets"), list.element));
  const verdict = () => {
    const shown = [...rows.values()].filter(({ element }) => element.isConnected);
    if (!place.signal.aborted) place.head(verdictOf(shown.map(({ state }) => state), list.isWhole), []);
  };
  await list.load();
  verdict();
  return {
    onRun: (run) => {
      if (run.kind !== "BACKUP" || run.set === null) return;
      rows.get(run.set.id)?.showRun(run);
      verdict();
    },
    onRunEnd: async () => {
      await list.renew();
      verdict();
    },
  };
}

/**
 * The sentence above all. Where not all sets are shown, it does not speak for all.
 * @param {string[]} states
 * @param {boolean} isWhole
 */
export function verdictOf(states, isWhole) {
  const count = states.length;
  if (count === 0) return "No backup set yet";
  const needy = states.filter((state) => !["DONE", "RUNNING", "QUEUED"].includes(state)).length;
  const some = count === 1
    ? "The backup set"
    : `${needy} of ${isWhole ? "" : "the first "}${count} backup sets`;
  if (needy > 0) return `${some} ${needy === 1 ? "needs" : "need"} attention`;
  if (states.some((state) => !isOver(state))) return "Backups are running";
  if (count === 1) return "The backup set is backed up";
  return `${isWhole ? "All" : "The first"} ${count} backup sets are backed up`;
}

class SetRow {
  #mark = make("span", {});
  #last = make("span", {});
  #count = make("span", {});
  #odd = make("span", {});
  #start;
  #mayStart;
  state = "NEVER";

  /**
   * @param {BackupSet} set
   * @param {Place} place
   */
  constructor(set, { may }) {
    const { id, name: called, sources, destinations } = set;
    const link = make("a", { href: addressOf({ name: "set", set: id }) }, name(called));
    const what = `${sources[0] ?? ""}${sources.length > 1 ? ` and ${sources.length - 1} more` : ""}`;
    const where = destinations.map(({ destination }) => destination.name).join(", ");
    this.#mayStart = may("OPERATE");
    this.#start = button("Back up now", called, async () => {
      await ask(START_RUN, { input: { kind: "BACKUP", set: id } });
    });
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
          this.#count,
          name(what),
          where === "" ? "no destination" : make("span", {}, "to ", name(where)),
        ),
        this.#odd,
      ),
      make("div", { class: "buttons" }, this.#start),
    );
    this.update(set);
  }

  /**
   * The set as it now is.
   * @param {BackupSet} set
   */
  update({ snapshotCount, paused, deleting, lastRun }) {
    put(this.#count, countText(snapshotCount, "snapshot"));
    put(this.#odd, deleting ? "It is being deleted." : paused ? "Paused: nothing starts by itself." : "");
    this.#start.hidden = !this.#mayStart || deleting;
    if (lastRun !== null) return this.showRun(lastRun);
    this.#mark.replaceChildren(mark("NEVER"));
    put(this.#last, "no backup yet");
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
