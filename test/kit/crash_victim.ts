// Copyright the SpareGrid authors. Apache-2.0.
// The process that is killed: does what its argument says, then tells what came of it in one line.
import { act, type Doing } from "./crash_engine.ts";

const outcome = await act(JSON.parse(Deno.args[0]!) as Doing);
console.log(JSON.stringify(outcome));
if (outcome.problems.length > 0) Deno.exit(3);
