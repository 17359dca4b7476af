// Copyright the SpareGrid authors. Apache-2.0.
// The catalog's thread: answers one question after the other.
import { SgError } from "../errors/mod.ts";
import { closeDatabase, findDamage, migrate, type OpenDatabase, openDatabase } from "./database.ts";
import type { FromCatalog, ToCatalog } from "./messages.ts";
import type { Query } from "./query.ts";
import { SUBJECTS } from "./subjects.ts";

declare const self: { onmessage: unknown; postMessage(message: FromCatalog): void; close(): void };

let open: OpenDatabase | undefined;
let turn: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: { data: ToCatalog }): void => {
  // Answers are awaited in turn: two transactions at once would lock each other out.
  turn = turn.then(() => answer(data));
};

async function answer(message: ToCatalog): Promise<void> {
  try {
    self.postMessage({ id: message.id, result: await perform(message) });
  } catch (error) {
    self.postMessage({ id: message.id, failure: failureOf(error) });
  }
}

async function perform(message: ToCatalog): Promise<unknown> {
  switch (message.kind) {
    case "open": {
      open = openDatabase(message.path);
      const damage = message.examine ? await findDamage(open.client) : [];
      if (damage.length > 0) return damage;
      await migrate(open.client);
      return [];
    }
    case "ask": {
      const subject: { reads: Record<string, Query>; writes: Record<string, Query> } =
        SUBJECTS[message.subject];
      const { database } = open!;
      const { name, args } = message;
      if (name in subject.reads) return await subject.reads[name]!(database, ...args);
      return await database.transaction((transaction) => subject.writes[name]!(transaction, ...args));
    }
    case "close":
      if (open) await closeDatabase(open.client);
      open = undefined;
      return undefined;
  }
}

function failureOf(error: unknown): NonNullable<FromCatalog["failure"]> {
  if (error instanceof SgError) {
    return { code: error.code, message: error.message, context: error.context };
  }
  const reasons: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) reasons.push(at.message);
  // Drizzle's own message repeats the statement with its values, which may be secrets.
  const reason = reasons.at(-1) ?? String(error);
  return { code: "SG1034", message: `The catalog failed: ${reason}`, context: {} };
}
