// Copyright the SpareGrid authors. Apache-2.0.
// A backup set and its snapshots, the latest first.
import { ask } from "./api.js";
import { SET, SNAPSHOTS } from "./documents.js";
import { facts, make, name, time } from "./dom.js";
import { PagedList } from "./paged_list.js";
import { addressOf, TOP } from "./route.js";
import { countText, sizeText } from "./words.js";

/** @import { PageInfo, Snapshot } from "./documents.js" */
/** @import { Place } from "./main.js" */

const ID_CHARACTERS = 8;

/**
 * @param {Place} place
 * @param {string} id
 * @returns {Promise<{ onRunEnd: () => Promise<void> }>}
 */
export async function showSet(place, id) {
  /** @type {{ set: { id: string, name: string, sources: string[] } | null }} */
  const { set } = await ask(SET, { id }, place.signal);
  if (set === null) return notThere(place, "There is no such backup set");
  place.head(set.name, [{ word: "Overview", route: { name: "overview" } }]);
  /** @type {PagedList<Snapshot>} */
  const list = new PagedList({
    what: "snapshots",
    kind: "plain",
    empty: make("span", { class: "muted" }, "There are none yet."),
    fetch: async (after) => {
      /** @type {{ snapshots: { nodes: Snapshot[], pageInfo: PageInfo } }} */
      const { snapshots } = await ask(SNAPSHOTS, { set: id, after }, place.signal);
      return snapshots;
    },
    keyOf: ({ id, destination }) => `${id} ${destination.id}`,
    rowOf: (snapshot) => ({ element: rowOf(id, snapshot, place.may("RESTORE")) }),
  });
  const sources = set.sources.flatMap((source, at) => [at > 0 ? ", " : "", name(source)]);
  place.view.replaceChildren(
    make("p", {}, "Backs up ", ...sources, "."),
    make("h2", {}, "Snapshots"),
    list.element,
  );
  await list.load();
  return { onRunEnd: () => list.renew() };
}

/**
 * @param {string} set
 * @param {Snapshot} snapshot
 * @param {boolean} mayBrowse
 */
function rowOf(set, { id, takenAt, hostname, paths, files, bytes, destination }, mayBrowse) {
  const moment = time(takenAt);
  const address = addressOf({ name: "folder", set, snapshot: id, path: placeOf(paths) });
  return make(
    "li",
    {},
    make(
      "div",
      { class: "main" },
      mayBrowse ? make("a", { href: address }, moment) : make("strong", {}, moment),
      make("br", {}),
      facts(
        make("code", {}, id.slice(0, ID_CHARACTERS)),
        files === null ? undefined : countText(files, "file"),
        bytes === null ? undefined : sizeText(bytes),
        make("span", {}, "of ", name(hostname)),
        make("span", {}, "at ", name(destination.name)),
      ),
    ),
  );
}

/**
 * Where to begin looking: where the files are, rather than at the top of long ways that hold nothing else.
 * @param {string[]} paths
 */
function placeOf([path, ...others]) {
  return path?.startsWith("/") && others.length === 0 ? { text: path } : TOP;
}

/**
 * @param {Place} place
 * @param {string} text
 */
export function notThere(place, text) {
  place.head(text, [{ word: "Overview", route: { name: "overview" } }]);
  place.view.replaceChildren();
  return { onRunEnd: () => Promise.resolve() };
}
