// Copyright the SpareGrid authors. Apache-2.0.
// A folder of a snapshot: its entries in pages, and what of them to restore.
import { ask } from "./api.js";
import { ENTRIES } from "./documents.js";
import { button, make, name, shape, time } from "./dom.js";
import { PagedList } from "./paged_list.js";
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
  /** @type {PagedList<Entry>} */
  const list = new PagedList({
    what: "entries",
    kind: "entries",
    empty: make("span", { class: "muted" }, "This folder is empty."),
    fetch: async (after) => {
      const variables = { set, snapshot, path: pathInput(path), after };
      /** @type {{ entries: { nodes: Entry[], pageInfo: PageInfo } }} */
      const { entries } = await ask(ENTRIES, variables, place.signal);
      return entries;
    },
    keyOf: ({ path, pathBase64 }) => pathBase64 ?? path,
    rowOf: (entry) => ({ element: rowOf(entry, route) }),
  });
  const id = make("code", {}, shownText(snapshot.slice(0, 8)));
  place.view.replaceChildren(make("p", { class: "muted" }, "Snapshot ", id), list.element);
  await list.load();
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
