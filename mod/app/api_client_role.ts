// Copyright the SpareGrid authors. Apache-2.0.
import type { ClientNeeds } from "../api/mod.ts";
import type { Client } from "../client/mod.ts";
import { SgError } from "../errors/mod.ts";

/** The client role as the API takes it. */
export function apiClientRole(client: Client): ClientNeeds {
  const { snapshots } = client;
  return {
    ...client,
    preview: () => Promise.reject(notYet("preview a set")),
    snapshots: {
      page: (set, destination, page) => snapshots.page(set, destination, page),
      count: (set, destination) => snapshots.count(set, destination),
      summary: (sets) => snapshots.summary(sets),
      entries: () => Promise.reject(notYet("look into a snapshot")),
      history: () => Promise.reject(notYet("show a file's history")),
      search: () => Promise.reject(notYet("search")),
      diff: () => Promise.reject(notYet("compare snapshots")),
    },
  };
}

function notYet(what: string): SgError {
  return new SgError("SG1032", `Cannot ${what}: this version cannot do it yet`);
}
