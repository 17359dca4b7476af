// Copyright the SpareGrid authors. Apache-2.0.
import { actorOf } from "../audit_trail.ts";
import { isOver } from "../../client/mod.ts";
import type { RunRecord } from "../client_needs.ts";
import type { ApiContext } from "../context.ts";
import { SgError } from "../../errors/mod.ts";
import { clientIn, found, given, pathBytes, serverIn } from "../given.ts";
import { live, type Shown } from "../live.ts";
import type { OnChange } from "../needs.ts";
import { connection, numberCursors, textCursors } from "../page.ts";
import type { Resolvers } from "../schema_types.ts";

const CURSORS = textCursors("runs");
const PROBLEM_CURSORS = numberCursors("problems");

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
      const { kind, set, ...order } = given(input);
      const orderedBy = actorOf(context);
      if (kind === "scrub") return await told(await scrubsIn(context).start(orderedBy), context);
      if (kind === "restore") throw notStarted("a restore is started by startRestore");
      if (set === undefined) throw notStarted("it takes a set");
      const [run, ...others] = await clientIn(context).runs.start({ kind, set, ...order, orderedBy });
      return { run: found(run), others };
    },
    startRestore: async (_, { input }, context) => {
      const { paths, ...order } = given(input);
      const inside = paths === undefined ? {} : { paths: paths.map(pathBytes) };
      const run = await clientIn(context).runs.restore({ ...order, ...inside, orderedBy: actorOf(context) });
      return { run, others: [] };
    },
    suspendRun: async (_, { id }, context) => {
      await (await conductorOf(id, context)).suspend(id);
      return await told(id, context);
    },
    resumeRun: async (_, { id }, context) => {
      await (await conductorOf(id, context)).resume(id);
      return await told(id, context);
    },
    stopRun: async (_, { id }, context) => {
      await (await conductorOf(id, context)).stop(id);
      return await told(id, context);
    },
  },
  Subscription: {
    run: {
      subscribe: async (_, { id }, context) => {
        found(await context.load.run(id));
        return live<RunRecord>(
          {
            ...shown(context),
            begin: () => Promise.resolve([id]),
            watch: (onChange) => watchRuns(context, (key, urgent) => key === id && onChange(key, urgent)),
            last: ({ state }) => isOver(state),
          },
          context.clock,
          context.signal,
        ) as AsyncIterable<never>;
      },
      resolve: (run: unknown) => run as RunRecord,
    },
    runs: {
      subscribe: (_, _args, context) =>
        live<RunRecord>(shown(context), context.clock, context.signal) as AsyncIterable<never>,
      resolve: (run: unknown) => run as RunRecord,
    },
  },
  Run: {
    set: async ({ setId }, _args, { load }) => setId === undefined ? null : await load.set(setId) ?? null,
    destination: async ({ destinationId }, _args, { load }) =>
      destinationId === undefined ? null : await load.destination(destinationId) ?? null,
    problems: ({ id }, args, { needs }) =>
      connection(args, PROBLEM_CURSORS, (page) => needs.runs.problems(id, page), ({ position }) => position),
  },
} satisfies Resolvers;

/** All runs that are not over, and each change. */
function shown(context: ApiContext): Shown<RunRecord> {
  const { client, server } = context.needs;
  const all = () => [...client?.runs.live().map(({ id }) => id) ?? [], ...server?.scrubs?.live() ?? []];
  return {
    begin: () => Promise.resolve(all()),
    load: context.load.run,
    watch: (onChange) => watchRuns(context, onChange),
    moves: ({ state }) => state === "running",
  };
}

function watchRuns({ needs: { client, server } }: ApiContext, onChange: OnChange): Disposable {
  const watched = new DisposableStack();
  for (const runs of [client?.runs, server?.scrubs]) if (runs) watched.use(runs.onChange(onChange));
  return watched;
}

function scrubsIn(context: ApiContext) {
  const scrubs = serverIn(context).scrubs;
  if (!scrubs) throw notStarted("this server makes no scrubs");
  return scrubs;
}

/** Who leads a run: the server its scrubs, the client all others. SG1036. */
async function conductorOf(id: string, context: ApiContext) {
  const { kind } = found(await context.load.run(id));
  return kind === "scrub" ? scrubsIn(context) : clientIn(context).runs;
}

/** The run as it is now. */
async function told(id: string, { load }: ApiContext): Promise<{ run: RunRecord; others: RunRecord[] }> {
  return { run: found(await load.run(id)), others: [] };
}

function notStarted(why: string): SgError {
  return new SgError("SG1040", `Cannot start the run: ${why}`);
}
