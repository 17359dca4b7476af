// Copyright the SpareGrid authors. Apache-2.0.
import { type BlobSink, ContentSaver } from "./content_saver.ts";

/** What became of a stream. */
export interface SavedStream {
  /** IDs of the blobs, 32 bytes each. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** Bytes. */
  readonly size: number;
}

/** Saves the bytes of a stream as they come. Runs in a lane. */
export class StreamSaver {
  readonly #content: ContentSaver;
  #size = 0;

  constructor(parts: { readonly chunkerSecret: Uint8Array; readonly sink: BlobSink }) {
    this.#content = new ContentSaver(parts.chunkerSecret, parts.sink);
  }

  /** Takes the next bytes of the stream. */
  async add(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const room = this.#content.room();
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      await this.#content.filled(part.length);
      at += part.length;
    }
    this.#size += bytes.length;
  }

  /** Ends the stream; ready for another one. */
  async end(): Promise<SavedStream> {
    await this.#content.end();
    const saved = { content: this.#content.ids.slice() as Uint8Array<ArrayBuffer>, size: this.#size };
    this.#content.begin();
    this.#size = 0;
    return saved;
  }
}
