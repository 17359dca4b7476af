// Copyright the SpareGrid authors. Apache-2.0.
import { OutputClosed, type Terminal } from "../../mod/cli/terminal.ts";

/** How a {@link FakeTerminal} behaves. */
export interface FakeTerminalOptions {
  /** Streams that are terminals; none where left out. */
  readonly terminals?: readonly ("stdin" | "stdout" | "stderr")[];
  readonly columns?: number;
  /** What the person answers to secret prompts, in order. */
  readonly secrets?: readonly string[];
  /** What the person answers to other prompts, in order. */
  readonly answers?: readonly string[];
  /** Standard output's reader leaves after so many bytes. */
  readonly closesAfterBytes?: number;
  readonly input?: Uint8Array;
}

/** A terminal in memory that keeps what is printed. */
export class FakeTerminal implements Terminal {
  out = "";
  err = "";
  /** Prompts shown, in order. */
  readonly prompts: string[] = [];
  /** Status of the {@link exit} that was asked for. */
  exited: number | undefined;
  readonly #options: FakeTerminalOptions;
  readonly #secrets: string[];
  readonly #answers: string[];
  readonly #listeners = new Set<() => void>();

  constructor(options: FakeTerminalOptions = {}) {
    this.#options = options;
    this.#secrets = [...options.secrets ?? []];
    this.#answers = [...options.answers ?? []];
  }

  get stdinIsTerminal(): boolean {
    return this.#options.terminals?.includes("stdin") ?? false;
  }

  get stdoutIsTerminal(): boolean {
    return this.#options.terminals?.includes("stdout") ?? false;
  }

  get stderrIsTerminal(): boolean {
    return this.#options.terminals?.includes("stderr") ?? false;
  }

  columns(): number {
    return this.#options.columns ?? 80;
  }

  write(bytes: Uint8Array): void {
    const limit = this.#options.closesAfterBytes ?? Infinity;
    if (this.out.length + bytes.length > limit) throw new OutputClosed("Standard output is closed");
    this.out += new TextDecoder().decode(bytes);
  }

  writeStream(bytes: Uint8Array): Promise<void> {
    return Promise.try(() => this.write(bytes));
  }

  writeError(text: string): void {
    this.err += text;
  }

  readSecret(prompt: string): Promise<string> {
    this.prompts.push(prompt);
    const secret = this.#secrets.shift();
    if (secret === undefined) return Promise.reject(new DOMException("interrupted", "AbortError"));
    return Promise.resolve(secret);
  }

  readLine(prompt: string): Promise<string> {
    this.prompts.push(prompt);
    const answer = this.#answers.shift();
    if (answer === undefined) return Promise.reject(new DOMException("interrupted", "AbortError"));
    return Promise.resolve(answer);
  }

  get stdin(): ReadableStream<Uint8Array> {
    const bytes = this.#options.input ?? new Uint8Array();
    return new ReadableStream({
      start(controller) {
        if (bytes.length > 0) controller.enqueue(bytes);
        controller.close();
      },
    });
  }

  onInterrupt(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ctrl-C. */
  interrupt(): void {
    for (const listener of this.#listeners) listener();
  }

  exit(status: number): never {
    this.exited = status;
    throw new Error("exited");
  }
}
