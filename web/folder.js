// Copyright the SpareGrid authors. Apache-2.0.
// A folder of a snapshot: its entries in pages, and what of them to restore.
import { ask } from "./api.js";
import { ENTRIES } from "./documents.js";
import { button, make, name, shape, time } from "./dom.js";
import { openRestore } from "./restore.js";
import { addressOf, foldersTo, pathInput } from "./route.js";
import { shownText, sizeText } from "./words.js";

/** @import { Entry, PageInfo } from "./documents.js" */
/** @import { Place } from "./main.js" */
/** @import { Route } from "./route.js" */

/** @typedef {Extract<Route, { name: "folder" }>} FolderRoute */

/**
 * @param {Place} place
 * @param {FolderRoute} route
 */
export async function showFolder(place, route) {
  const { set, snapshot, path } = route;
  const above = foldersTo(path);
  const here = above.pop();
  place.head(here?.name ?? "", [
    { word: "Overview", route: { name: "overview" } },
    { word: "Snapshots", route: { name: "set", set } },
    ...above.map(({ name: word, path }) => ({ word, route: { ...route, path } })),
  ]);
  const list = make("ul", { class: "rows entries" });
  const more = make("div", {});
  place.view.replaceChildren(
    make("p", { class: "muted" }, "Snapshot ", make("code", {}, shownText(snapshot.slice(0, 8)))),
    list,
    more,
  );
  const load = async (/** @type {string | null} */ after) => {
    const variables = { set, snapshot, path: pathInput(path), after };
    /** @type {{ entries: { nodes: Entry[], pageInfo: PageInfo, totalCount: number } }} */
    const { entries: { nodes, pageInfo, totalCount } } = await ask(ENTRIES, variables, place.signal);
    list.append(...nodes.map((entry) => rowOf(entry, route)));
    const next = button("Show more", "entries", () => load(pageInfo.endCursor));
    const shown = `${list.childElementCount.toLocaleString("en")} of ${
      totalCount.toLocaleString("en")
    } shown `;
    more.replaceChildren(...(pageInfo.hasNextPage ? [make("p", {}, shown, next)] : []));
    if (list.childElementCount === 0) {
      more.replaceChildren(make("p", { class: "muted" }, "This folder is empty."));
    }
  };
  await load(null);
}

/** @type {Readonly<Record<string, string>>} */
const KINDS = { FOLDER: "Folder", SYMLINK: "Link", OTHER: "Special file" };

/**
 * @param {Entry} entry
 * @param {FolderRoute} route
 */
function rowOf(entry, route) {
  const { kind, size, modifiedAt, linkTarget, pathBase64 } = entry;
  const path = { text: entry.path, ...(pathBase64 === null ? {} : { base64: pathBase64 }) };
  const isFolder = kind === "FOLDER";
  const called = isFolder
    ? make("a", { href: addressOf({ ...route, path }) }, name(entry.name))
    : name(entry.name);
  const target = linkTarget === null
    ? []
    : [make("span", { class: "muted" }, " leads to ", name(linkTarget))];
  const restore = button("Restore", shownText(entry.name), () => {
    openRestore({ set: route.set, snapshot: route.snapshot, path });
    return Promise.resolve();
  });
  return make(
    "li",
    {},
    shape(isFolder ? "folder" : "file"),
    make("span", { class: "main" }, called, ...target),
    make("span", { class: "size muted" }, kind === "FILE" ? sizeText(size) : KINDS[kind] ?? shownText(kind)),
    make("span", { class: "time muted" }, time(modifiedAt)),
    make("span", { class: "buttons" }, restore),
  );
}
