// Copyright the SpareGrid authors. Apache-2.0.
import net from "node:net";

/** From the client to the server, or back. */
export type Direction = "up" | "down";

/**
 * What a {@link TcpProxy} does to the stream:
 *
 * - `reset`: both sides get a RST;
 * - `close`: both sides see the end, as if the other had closed;
 * - `half-close`: only the receiver of this direction sees the end; the other direction lives on;
 * - `blackhole`: nothing goes on in either direction of this connection, and nobody is told;
 * - `flip`: one bit of the byte is wrong;
 * - `duplicate`: what came with the byte, up to 64 bytes, comes twice;
 * - `drop`: the byte is left out.
 */
export type LinkFaultKind = "reset" | "close" | "half-close" | "blackhole" | "flip" | "duplicate" | "drop";

/** A fault, and the byte of a direction (counted over all connections) at which it happens. */
export interface LinkFault {
  readonly kind: LinkFaultKind;
  readonly direction: Direction;
  readonly at: number;
  /** The bit to flip. */
  readonly bit?: number;
  /** What comes over the link after it fails, too: new connections are reset, or never answered. */
  readonly everAfter?: boolean;
}

/** How the link is while nothing is wrong. */
export interface LinkPace {
  /** Bytes that travel together; all that there are where left out. */
  readonly segmentBytes?: number;
  /** Milliseconds that each segment takes. */
  readonly delayMs?: number;
  /** Milliseconds that bytes are under way, however many there are: at least, and at most. */
  readonly latencyMs?: readonly [min: number, max: number];
}

/** A piece of the stream, as it came from one side. */
export interface Frame {
  readonly direction: Direction;
  readonly from: number;
  readonly to: number;
}

/** A link between a client and a server on this machine that can be harmed at any byte. */
export class TcpProxy implements AsyncDisposable {
  /** Every piece since {@link TcpProxy.reset}. */
  readonly frames: Frame[] = [];
  /** Connections since then. */
  connections = 0;
  pace: LinkPace = {};
  #fault: LinkFault | undefined;
  #dead: LinkFaultKind | undefined;
  #passed = { up: 0, down: 0 };
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;
  readonly #target: number;

  private constructor(target: number) {
    this.#target = target;
    this.#server = net.createServer({ allowHalfOpen: true }, (client) => this.#join(client));
  }

  /** A proxy in front of a port of this machine, at a free port or at the given one. */
  static async to(port: number, at = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(port);
    await new Promise<void>((resolve) => proxy.#server.listen(at, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** True when the fault has happened. */
  get struck(): boolean {
    return this.#fault === undefined;
  }

  /** Bytes that came so far in a direction. */
  passed(direction: Direction): number {
    return this.#passed[direction];
  }

  /** Ends all connections, counts anew, and arms a fault. */
  reset(fault?: LinkFault): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    this.#passed = { up: 0, down: 0 };
    this.frames.length = 0;
    this.connections = 0;
    this.#fault = fault;
    this.#dead = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reset();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: net.Socket): void {
    this.connections++;
    this.#keep(client);
    if (this.#dead !== undefined) {
      if (this.#dead !== "blackhole") client.resetAndDestroy();
      return;
    }
    const server = net.connect({ port: this.#target, host: "127.0.0.1", allowHalfOpen: true });
    this.#keep(server);
    new Link(client, server, "up", this).begin();
    new Link(server, client, "down", this).begin();
  }

  #keep(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }

  /** Counts a piece; gives the fault that falls into it. */
  take(direction: Direction, bytes: number): { fault: LinkFault; at: number } | undefined {
    const from = this.#passed[direction];
    this.#passed[direction] += bytes;
    this.frames.push({ direction, from, to: from + bytes });
    const fault = this.#fault;
    if (fault?.direction !== direction || fault.at >= from + bytes) return undefined;
    this.#fault = undefined;
    if (fault.everAfter) this.#dead = fault.kind;
    return { fault, at: Math.max(0, fault.at - from) };
  }

  /** Both sides of every connection get a RST. */
  endAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** True when the link is down for good. */
  get dead(): boolean {
    return this.#dead !== undefined;
  }
}

/** One direction of a connection. */
class Link {
  #open = true;
  #work = Promise.resolve();

  constructor(
    readonly from: net.Socket,
    readonly to: net.Socket,
    readonly direction: Direction,
    readonly proxy: TcpProxy,
  ) {}

  begin(): void {
    this.from.on("data", (bytes: Uint8Array) => {
      if (this.proxy.dead || !this.#open) return;
      const hit = this.proxy.take(this.direction, bytes.length);
      const [min, max] = this.proxy.pace.latencyMs ?? [0, 0];
      const due = performance.now() + min + (max - min) * Math.random();
      this.#work = this.#work.then(async () => {
        const leftMs = due - performance.now();
        if (max > 0 && leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
        await (hit ? this.#harm(bytes, hit.fault, hit.at) : this.#pass(bytes));
      });
    });
    this.from.on("end", () => {
      this.#work = this.#work.then(() => {
        if (this.#open) this.to.end();
      });
    });
    this.from.on("close", () =>
      this.#work = this.#work.then(() => {
        if (this.#open && !this.to.writableEnded) this.to.destroy();
      }));
  }

  async #harm(bytes: Uint8Array, { kind, bit = 0, everAfter }: LinkFault, at: number): Promise<void> {
    if (kind === "flip" || kind === "duplicate" || kind === "drop") {
      return await this.#pass(spoiled(bytes, kind, at, bit));
    }
    await this.#pass(bytes.subarray(0, at));
    this.#open = false;
    // A link that is down is down for all.
    if (everAfter && kind !== "blackhole") return this.proxy.endAll();
    if (kind === "reset") { for (const socket of [this.from, this.to]) socket.resetAndDestroy(); }
    else if (kind === "close") { for (const socket of [this.from, this.to]) socket.end(); }
    else if (kind === "half-close") this.to.end();
    else for (const socket of [this.from, this.to]) socket.removeAllListeners("data").resume();
  }

  async #pass(bytes: Uint8Array): Promise<void> {
    const { segmentBytes = bytes.length, delayMs } = this.proxy.pace;
    for (let at = 0; at < bytes.length; at += segmentBytes) {
      if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
      const segment = bytes.subarray(at, at + segmentBytes);
      if (!this.to.writable) return;
      if (segmentBytes < bytes.length) {
        await new Promise<void>((done) => this.to.write(segment, () => done()));
      } else this.to.write(segment);
    }
  }
}

function spoiled(
  bytes: Uint8Array,
  kind: "flip" | "duplicate" | "drop",
  at: number,
  bit: number,
): Uint8Array {
  const copy = bytes.slice();
  if (kind === "flip") {
    copy[at]! ^= 1 << bit;
    return copy;
  }
  const again = kind === "duplicate" ? bytes.subarray(at, at + 64) : new Uint8Array(0);
  const rest = bytes.subarray(kind === "duplicate" ? at + again.length : at + 1);
  const head = bytes.subarray(0, at);
  const whole = new Uint8Array(head.length + 2 * again.length + rest.length);
  whole.set(head);
  whole.set(again, at);
  whole.set(again, at + again.length);
  whole.set(rest, at + 2 * again.length);
  return whole;
}
