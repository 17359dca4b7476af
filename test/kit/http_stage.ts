// Copyright the SpareGrid authors. Apache-2.0.
import { type Clock, systemClock } from "../../mod/base/mod.ts";
import { type HttpHandler, HttpServer, type HttpServerOptions } from "../../mod/http/mod.ts";
import { RecordingLog } from "./recording_log.ts";

/** A server of ours on loopback that goes away with the test: `await using stage = stageHttp(handler)`. */
export interface HttpStage extends AsyncDisposable {
  readonly server: HttpServer;
  readonly log: RecordingLog;
  readonly port: number;
  readonly url: string;
}

/** Opens one; the deadlines of `options` are added to the usual ones. */
export function stageHttp(
  handler: HttpHandler,
  options: Partial<HttpServerOptions> & { readonly clock?: Clock } = {},
): HttpStage {
  const log = new RecordingLog();
  const server = HttpServer.listen(
    { hostname: "127.0.0.1", port: 0, clock: systemClock, log, ...options },
    handler,
  );
  const { port } = server.address;
  const scheme = options.tls === undefined ? "http" : "https";
  const url = `${scheme}://localhost:${port}`;
  return { server, log, port, url, [Symbol.asyncDispose]: () => server.close(0) };
}
