// Copyright the SpareGrid authors. Apache-2.0.
// The server that is killed: opens its port, says which, and serves until its input ends.
import { openServer } from "./server_process.ts";

const server = await openServer(Deno.args[0]!);
console.log(server.port);
for await (const _ of Deno.stdin.readable);
await server[Symbol.asyncDispose]();
