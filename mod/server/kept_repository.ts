// Copyright the SpareGrid authors. Apache-2.0.
import type { FileType } from "../storage/mod.ts";
import type { StorePlace } from "./store.ts";
import { UploadSessions } from "./upload_sessions.ts";

/** How a repository is told from others. */
export function placeKey({ account, repository }: StorePlace): string {
  return `${account}/${repository}`;
}

/** What the server has in mind of a repository while it runs. Counts are those of the disk. */
export class KeptRepository {
  readonly place: StorePlace;
  /** Ms since 1970. */
  readonly createdAt: number;
  /** The last number given to a file stored or removed. */
  sequence: number;
  files = 0;
  bytes = 0;
  trashFiles = 0;
  trashBytes = 0;
  /** Files, as `type/name`, that were found damaged or missing: storing them again mends them. */
  readonly damaged: Set<string> = new Set();
  sessions: UploadSessions = new UploadSessions();
  /** It is being moved to the trash as a whole, or was: nothing may be stored any more. */
  removed = false;

  constructor(place: StorePlace, createdAt: number, sequence: number) {
    this.place = place;
    this.createdAt = createdAt;
    this.sequence = sequence;
  }

  /** The next sequence number. */
  next(): number {
    return ++this.sequence;
  }
}

/** How the sets of damaged files name one. */
export function fileKey(type: FileType | string, name: string): string {
  return `${type}/${name}`;
}
