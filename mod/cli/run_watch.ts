// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import type { Context } from "./command.ts";
import { barProgress, isOver, RUN_FIELDS, runExit, type RunNode, runSentence } from "./run_shown.ts";
import type { Service } from "./service.ts";
import { serviceCommand } from "./service_command.ts";
import { shownText } from "./shown_text.ts";
import { counted } from "./units.ts";

/** Follows a run, or all of them. */
export const runWatchCommand = serviceCommand({
  name: "run watch",
  summary: "follow a run to its end, or all runs",
  usage: ["[OPTION]… [RUN]"],
  text:
    "Follows a run with its progress until it is over, and ends with a status that says what became of it. Without RUN it " +
    "prints each change of any run until it is stopped by Ctrl-C.",
  examples: ["sparegrid run watch 4f2a91c0", "sparegrid run watch --json"],
  options: [],
  exits: [[3, "the run ended, but some entries could not be read or written"]],
  operands: [0, 1, "the run"],
  async act(service, args, context) {
    const [run] = args.operands;
    if (run === undefined) return await watchAll(service, context);
    return await watchRun(run, service, context);
  },
});

/** Follows a run with its progress; answers the exit status that its end stands for. */
export async function watchRun(id: string, service: Service, { output, signal }: Context): Promise<number> {
  const document = `subscription($id: ID!) { run(id: $id) { ${RUN_FIELDS} } }`;
  let last: RunNode | undefined;
  try {
    for await (const { run } of service.follow<{ run: RunNode }>(document, { id })) {
      if (last === undefined && !output.mode.json) {
        const { onStart } = output.runOptions(signal, "run");
        onStart?.(() => barProgress(last ?? run));
      }
      if (output.mode.json) {
        output.object({ message_type: "run", ...run });
        output.flush();
      } else if (last?.state !== run.state && !isOver(run)) output.note(runSentence(run));
      last = run;
      if (isOver(run)) break;
    }
  } finally {
    output.endRun();
  }
  if (last === undefined || !isOver(last)) {
    throw new SgError("SG0083", `The service ended before the run ${shownText(id)} was over`, {
      remedy: `The run goes on when the service is back. See: sparegrid run show ${shownText(id)}`,
    });
  }
  sayEnd(last, output);
  return runExit(last);
}

function sayEnd(run: RunNode, output: Context["output"]): void {
  if (output.mode.json) return;
  const sentence = runSentence(run);
  if (run.state === "DONE") output.info(sentence);
  else output.warn(sentence);
  if (run.problemCount > 0) {
    output.warn(
      `${counted(run.problemCount, "problem")}: see them with sparegrid run show ${run.id}`,
    );
  }
  if (run.remedy !== null && run.state !== "DONE") output.warn(shownText(run.remedy));
}

async function watchAll(service: Service, { output, signal }: Context): Promise<number> {
  const seen = new Map<string, string>();
  try {
    for await (
      const { runs } of service.follow<{ runs: RunNode }>(`subscription { runs { ${RUN_FIELDS} } }`)
    ) {
      if (output.mode.json) output.object({ message_type: "run", ...runs });
      else if (seen.get(runs.id) !== runs.state) output.result(runSentence(runs));
      if (isOver(runs)) seen.delete(runs.id);
      else seen.set(runs.id, runs.state);
      output.flush();
    }
  } catch (error) {
    if (!signal.aborted) throw error; // Ctrl-C is how it is meant to end.
  }
  return 0;
}
