// Copyright the SpareGrid authors. Apache-2.0.
import { CODES, type SgCode } from "../../errors/mod.ts";
import type { RunRecord } from "../client_needs.ts";
import { actorOf } from "../audit_trail.ts";
import { clientIn, found, given, pathBytes } from "../given.ts";
import { live } from "../live.ts";
import { connection, numberCursors, textCursors } from "../page.ts";
import type { Resolvers } from "../schema_types.ts";

const CURSORS = textCursors("runs");
const PROBLEM_CURSORS = numberCursors("problems");
const OVER: readonly RunRecord["state"][] = ["done", "incomplete", "failed", "stopped"];

const moves = ({ state }: RunRecord) => state === "running";

/** Everything that takes time. */
export const runs = {
  Query: {
    runs: (_, args, { needs }) => {
      const filter = given(args.filter ?? {});
      return connection(
        args,
        CURSORS,
        (page) => needs.runs.page(filter, args.order === "NEWEST_FIRST", page),
        ({ id }) => id,
        () => needs.runs.count(filter),
      );
    },
    run: async (_, { id }, { load }) => await load.run(id) ?? null,
  },
  Mutation: {
    startRun: async (_, { input }, context) => {
      const [run, ...others] = await context.needs.runs.start({
        ...given(input),
        orderedBy: actorOf(context),
      });
      return { run: found(run), others };
    },
    startRestore: async (_, { input }, context) => {
      clientIn(context);
      const { paths, ...order } = given(input);
      const run = await context.needs.runs.restore({
        ...order,
        ...(paths === undefined ? {} : { paths: paths.map(pathBytes) }),
        orderedBy: actorOf(context),
      });
      return { run, others: [] };
    },
    suspendRun: async (_, { id }, { needs }) => ({ run: await needs.runs.suspend(id), others: [] }),
    resumeRun: async (_, { id }, { needs }) => ({ run: await needs.runs.resume(id), others: [] }),
    stopRun: async (_, { id }, { needs }) => ({ run: await needs.runs.stop(id), others: [] }),
  },
  Subscription: {
    run: {
      subscribe: async (_, { id }, { needs, load, clock, signal }) => {
        found(await load.run(id));
        return live<RunRecord>(
          {
            begin: () => Promise.resolve([id]),
            load: load.run,
            watch: (onChange) => needs.runs.watch((key, urgent) => key === id && onChange(key, urgent)),
            moves,
            last: ({ state }) => OVER.includes(state),
          },
          clock,
          signal,
        ) as AsyncIterable<never>;
      },
      resolve: (run: unknown) => run as RunRecord,
    },
    runs: {
      subscribe: (_, _args, { needs, load, clock, signal }) =>
        live<RunRecord>(
          {
            begin: async () => (await needs.runs.live()).map(({ id }) => id),
            load: load.run,
            watch: (onChange) => needs.runs.watch(onChange),
            moves,
          },
          clock,
          signal,
        ) as AsyncIterable<never>,
      resolve: (run: unknown) => run as RunRecord,
    },
  },
  Run: {
    set: async ({ setId }, _args, { load }) => setId ? await load.set(setId) ?? null : null,
    destination: async ({ destinationId }, _args, { load }) =>
      destinationId ? await load.destination(destinationId) ?? null : null,
    remedy: ({ code, remedy }) => remedy ?? (code && code in CODES ? CODES[code as SgCode].remedy : null),
    problems: ({ id }, args, { needs }) =>
      connection(args, PROBLEM_CURSORS, (page) => needs.runs.problems(id, page), ({ position }) => position),
  },
} satisfies Resolvers;
