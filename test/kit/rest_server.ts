// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import { readSignature, targetUri, verifySignature } from "../../mod/signature/mod.ts";

/** A fault that the server commits on a request that fits. */
export interface RestFault {
  /** Which requests: method and path below the repository, such as `GET data/ab...` or `POST ?create=true`. */
  readonly on: RegExp;
  /** How many requests to spoil; then the fault is over. Without it, all. */
  times?: number;
  /** Fitting requests to let pass first. */
  after?: number;
  /**
   * - `drop`: the answer says its full length and breaks off after `bytes` bytes of body;
   * - `truncate`: a proper answer whose body is `bytes` bytes;
   * - `status`: that status, with `headers` and `text` as body;
   * - `stall`: never answers (until the server closes);
   * - `stall-body`: the head and `bytes` bytes of body, then silence;
   * - `flip`: the last byte of the body is wrong;
   * - `whole`: 200 with the whole file in answer to a range;
   * - `shift`: a range of the right length one byte too early, honestly declared;
   * - `endless`: a list without an end;
   * - `lost`: the request is carried out, but the connection closes without an answer;
   * - `body`: 200 with `text` as body;
   * - `stale`: the first answer that this request ever got, as an old cache gives it, with its age.
   */
  readonly kind:
    | "drop"
    | "truncate"
    | "status"
    | "stall"
    | "stall-body"
    | "flip"
    | "whole"
    | "shift"
    | "endless"
    | "lost"
    | "body"
    | "stale";
  readonly bytes?: number;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly text?: string;
}

/** What a {@link RestServer} can be told. */
export interface RestServerOptions {
  /** The folder that holds the repository, in the usual layout. */
  readonly folder: string;
  /** A port that was used before; any free one where left out. */
  readonly port?: number;
  /** Version of the protocol; 2 by default. */
  readonly version?: 1 | 2;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly username?: string;
  readonly password?: string;
  /** Refuses to remove anything but locks. */
  readonly appendOnly?: boolean;
  /** Keep the first answer to each question, for the fault `stale`. */
  readonly rememberAnswers?: boolean;
  readonly faults?: RestFault[];
  /** Be a server of SpareGrid: announced, with its additions, for signed requests of this account only. */
  readonly spareGrid?: SpareGridSide;
}

/** What makes a {@link RestServer} one of SpareGrid. */
export interface SpareGridSide {
  readonly account: string;
  readonly secret: string;
  /** What its clock is ahead, milliseconds. */
  readonly aheadMs?: number;
  readonly usage?: unknown;
}

/** A signature is good for so long, milliseconds. */
const WINDOW_MS = 300_000;

const TYPES = ["data", "keys", "locks", "snapshots", "index"];
const V2 = "application/vnd.x.restic.rest.v2";

/**
 * A small server of restic's REST protocol for tests, written from its description: one repository in a plain folder,
 * over real sockets, with faults on demand. It says 403 to a name that exists, as rest-server does.
 */
export class RestServer {
  /** Every request it got, as `METHOD path`. */
  readonly requests: string[] = [];
  /** Faults to commit; tests may change them at any time. */
  readonly faults: RestFault[];
  readonly #options: RestServerOptions;
  readonly #peers = new Set<number>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #released = new AbortController();
  #stores = 0;
  readonly #nonces = new Set<string>();
  readonly #firstAnswers = new Map<
    string,
    { status: number; headers: [string, string][]; body: Uint8Array<ArrayBuffer> | undefined }
  >();

  constructor(options: RestServerOptions) {
    this.#options = options;
    this.faults = options.faults ?? [];
    const common = {
      hostname: "127.0.0.1",
      port: options.port ?? 0,
      onListen() {},
      onError: () => new Response(null, { status: 500 }),
    };
    const handle = (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => {
      this.#peers.add(info.remoteAddr.port);
      return this.#handle(request);
    };
    this.#server = options.tls
      ? Deno.serve({ ...common, ...options.tls }, handle)
      : Deno.serve(common, handle);
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Connections that brought a request. */
  get connections(): number {
    return this.#peers.size;
  }

  /** The repository's URL, with the login where there is one. */
  get url(): string {
    const { username, password, tls } = this.#options;
    const login = username === undefined ? "" : `${username}:${encodeURIComponent(password ?? "")}@`;
    return `${tls ? "https" : "http"}://${login}127.0.0.1:${this.port}/repo/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#released.abort();
    await this.#server.shutdown();
  }

  async #handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (!url.pathname.startsWith("/repo/")) return new Response(null, { status: 404 });
    const path = url.pathname.slice("/repo/".length) + url.search;
    this.requests.push(`${request.method} ${path}`);
    const { spareGrid } = this.#options;
    if (spareGrid) return await this.#asSpareGrid(request, path, spareGrid);
    if (!this.#allowed(request)) {
      await request.body?.cancel();
      return new Response("Unauthorized", { status: 401 });
    }
    return await this.#serve(request, path);
  }

  /** Signed requests only; every answer says what this is. */
  async #asSpareGrid(request: Request, path: string, side: SpareGridSide): Promise<Response> {
    const body = request.method === "POST" ? await request.bytes() : undefined;
    const refused = this.#refusal(request, body, side);
    const again = new Request(request, { ...(body && { body }) });
    const answer = refused ?? await this.#serve(again, path);
    const headers = new Headers(answer.headers);
    headers.set("sparegrid-server", "1");
    headers.set("date", new Date(Date.now() + (side.aheadMs ?? 0)).toUTCString());
    return new Response(answer.body, { status: answer.status, headers });
  }

  #refusal(request: Request, body: Uint8Array | undefined, side: SpareGridSide): Response | undefined {
    if (request.headers.has("authorization")) return problem(403, "SG1044", "Basic is not for plain lines");
    const { pathname, search } = new URL(request.url);
    const signature = readSignature({
      method: request.method,
      targetUri: targetUri(this.#options.tls !== undefined, request.headers.get("host")!, pathname + search),
      headers: request.headers,
      hasBody: (body?.length ?? 0) > 0,
    });
    if (!signature || signature.keyId !== side.account || !verifySignature(signature, side.secret)) {
      return problem(403, "SG1044", "The signature is not this account's");
    }
    const offMs = Math.abs(signature.created * 1000 - Date.now() - (side.aheadMs ?? 0));
    if (offMs > WINDOW_MS) return problem(403, "SG1044", `The signature was made ${offMs} ms from now`);
    if (this.#nonces.has(signature.nonce)) return problem(403, "SG1044", "The nonce was used before");
    this.#nonces.add(signature.nonce);
    const named = signature.bodySha256?.toHex();
    if (named !== undefined && createHash("sha256").update(body!).digest("hex") !== named) {
      return problem(400, "SG1044", "The body is another one");
    }
    return undefined;
  }

  async #serve(request: Request, path: string): Promise<Response> {
    const fault = this.#faultFor(`${request.method} ${path}`);
    const early = fault && await this.#insteadOf(request, fault);
    if (early) return early;
    const line = `${request.method} ${path}`;
    const old = fault?.kind === "stale" ? this.#firstAnswers.get(line) : undefined;
    if (old) {
      const { status, headers, body } = old;
      return new Response(body?.slice() ?? null, { status, headers: [...headers, ["age", "86400"]] });
    }
    const answer = await this.#answer(request, path, fault);
    if (this.#options.rememberAnswers && !this.#firstAnswers.has(line) && /^(GET|HEAD) /.test(line)) {
      const { status, headers } = answer;
      const body = request.method === "GET" ? await answer.clone().bytes() : undefined;
      this.#firstAnswers.set(line, { status, headers: [...headers], body });
    }
    // A head without a body cannot be lost by a body that breaks off.
    const whole = !fault || fault.kind === "lost" && request.method === "HEAD";
    return whole ? answer : await this.#spoil(answer, fault);
  }

  #allowed(request: Request): boolean {
    const { username, password } = this.#options;
    if (username === undefined) return true;
    const bytes = new TextEncoder().encode(`${username}:${password ?? ""}`);
    return request.headers.get("authorization") === `Basic ${bytes.toBase64()}`;
  }

  #faultFor(line: string): RestFault | undefined {
    const fault = this.faults.find((f) => f.on.test(line) && (f.times === undefined || f.times > 0));
    if (fault?.after) {
      fault.after--;
      return undefined;
    }
    if (fault?.times !== undefined) fault.times--;
    return fault;
  }

  async #insteadOf(request: Request, fault: RestFault): Promise<Response | undefined> {
    switch (fault.kind) {
      case "stall":
        await request.body?.cancel();
        await this.#release();
        return new Response(null, { status: 500 });
      case "status":
        await request.body?.cancel();
        return new Response(fault.text ?? null, { status: fault.status!, headers: fault.headers ?? {} });
      case "body":
        return new Response(fault.text, { headers: { "content-type": V2, ...fault.headers } });
      case "endless": {
        const entry = new TextEncoder().encode(`{"name":"${"a".repeat(64)}","size":1},`.repeat(1000));
        let first = true;
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            controller.enqueue(first ? new TextEncoder().encode("[") : entry);
            first = false;
          },
        });
        return new Response(body, { headers: { "content-type": V2 } });
      }
      default:
        return undefined;
    }
  }

  async #spoil(answer: Response, fault: RestFault): Promise<Response> {
    if (!["drop", "truncate", "stall-body", "flip", "lost"].includes(fault.kind)) return answer;
    const body = await answer.bytes();
    const { status, headers } = answer;
    const kept = body.subarray(0, fault.bytes ?? 0);
    if (fault.kind === "truncate") {
      headers.set("content-length", String(kept.length));
      return new Response(kept, { status, headers });
    }
    if (fault.kind === "flip") {
      body[body.length - 1]! ^= 1;
      return new Response(body, { status, headers });
    }
    const stall = fault.kind === "stall-body";
    const released = this.#release();
    let sent = fault.kind === "lost";
    const spoiled = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (!sent) {
          sent = true;
          if (kept.length > 0) return controller.enqueue(kept);
        }
        if (stall) await released;
        controller.error(new Error("a fault of the test"));
      },
    });
    if (fault.kind === "lost") headers.set("content-length", "1");
    return new Response(spoiled, { status, headers });
  }

  #release(): Promise<void> {
    const { signal } = this.#released;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }

  async #answer(request: Request, path: string, fault?: RestFault): Promise<Response> {
    if (path === "?create=true" && request.method === "POST") return await this.#create();
    const { spareGrid } = this.#options;
    if (spareGrid && path === "?usage") return Response.json(spareGrid.usage ?? { used: 0 });
    if (spareGrid && path === "?missing") return Response.json(this.#missing(await request.json()));
    if (path === "config") return await this.#file(request, "", "config", fault);
    const [type, name, ...rest] = path.split("/");
    if (!TYPES.includes(type!) || name === undefined || rest.length > 0) {
      return new Response(null, { status: 404 });
    }
    if (name === "" && request.method === "GET") return await this.#list(request, type!);
    if (!/^[0-9a-f]{64}$/.test(name)) return new Response(null, { status: 400 });
    return await this.#file(request, type!, name, fault);
  }

  async #create(): Promise<Response> {
    for (const type of TYPES) await Deno.mkdir(`${this.#options.folder}/${type}`, { recursive: true });
    return new Response(null, { status: 200 });
  }

  #missing(names: readonly string[]): string[] {
    return names.filter((name) => {
      const [type, file = ""] = name.split("/");
      const place = type === "data" ? `data/${file.slice(0, 2)}/${file}` : name;
      try {
        Deno.statSync(`${this.#options.folder}/${place}`);
        return false;
      } catch {
        return true;
      }
    });
  }

  async #list(request: Request, type: string): Promise<Response> {
    const found: { name: string; size: number }[] = [];
    const scan = async (folder: string) => {
      for await (const entry of Deno.readDir(folder)) {
        if (entry.isDirectory) await scan(`${folder}/${entry.name}`);
        else if (!entry.name.includes("tmp")) {
          found.push({ name: entry.name, size: (await Deno.stat(`${folder}/${entry.name}`)).size });
        }
      }
    };
    try {
      await scan(`${this.#options.folder}/${type}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return new Response(null, { status: 404 });
    }
    const second = (this.#options.version ?? 2) === 2 && request.headers.get("accept") === V2;
    const headers = { "content-type": second ? V2 : "application/vnd.x.restic.rest.v1" };
    return new Response(JSON.stringify(second ? found : found.map((file) => file.name)), { headers });
  }

  async #file(request: Request, type: string, name: string, fault?: RestFault): Promise<Response> {
    const folder = type === "data" ? `data/${name.slice(0, 2)}` : type;
    const path = `${this.#options.folder}/${folder}/${name}`;
    try {
      switch (request.method) {
        case "HEAD": {
          const { size } = await Deno.stat(path);
          return new Response(null, {
            headers: { "content-length": String(size), "accept-ranges": "bytes" },
          });
        }
        case "GET":
          return rangeOf(await Deno.readFile(path), request.headers.get("range"), fault?.kind);
        case "POST":
          return await this.#store(request, `${this.#options.folder}/${folder}`, type, name);
        case "DELETE":
          if (this.#options.appendOnly && type !== "locks") return new Response(null, { status: 403 });
          await Deno.remove(path);
          return new Response(null, { status: 200 });
        default:
          return new Response(null, { status: 405 });
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return new Response(null, { status: 404 });
      throw error;
    }
  }

  async #store(request: Request, folder: string, type: string, name: string): Promise<Response> {
    const body = await request.bytes();
    if (type !== "" && createHash("sha256").update(body).digest("hex") !== name) {
      return new Response(null, { status: 400 });
    }
    try {
      await Deno.lstat(`${folder}/${name}`);
      return new Response(null, { status: 403 });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await Deno.mkdir(folder, { recursive: true });
    // A client that tries again may meet its first try.
    const temporary = `${folder}/${name}-tmp-${this.#stores++}`;
    await Deno.writeFile(temporary, body);
    await Deno.rename(temporary, `${folder}/${name}`);
    return new Response(null, { status: 200 });
  }
}

function problem(status: number, code: string, detail: string): Response {
  return new Response(JSON.stringify({ code, detail }), {
    status,
    headers: { "content-type": "application/problem+json", "x-sparegrid-code": code },
  });
}

function rangeOf(bytes: Uint8Array<ArrayBuffer>, range: string | null, kind?: RestFault["kind"]): Response {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  if (!asked || kind === "whole") {
    return new Response(bytes, { headers: { "content-length": String(bytes.length) } });
  }
  const shift = kind === "shift" ? 1 : 0;
  const first = Number(asked[1]) - shift;
  const last = Math.min(asked[2] === "" ? Infinity : Number(asked[2]), bytes.length - 1) - shift;
  if (first > last) {
    return new Response(null, { status: 416, headers: { "content-range": `bytes */${bytes.length}` } });
  }
  const part = bytes.subarray(first, last + 1);
  return new Response(part, {
    status: 206,
    headers: {
      "content-range": `bytes ${first}-${last}/${bytes.length}`,
      "content-length": String(part.length),
    },
  });
}
