// Copyright the SpareGrid authors. Apache-2.0.
import { utf8, utf8Text } from "../../mod/base/mod.ts";
import { absolutePath, cleanComponents } from "../../mod/source/mod.ts";
import { MemoryFileSystem } from "./memory_file_system.ts";

/** Files of a {@link MemoryFileSystem} by their paths, for tests that say what is on the disk. */
export class MemoryTree {
  readonly fs = new MemoryFileSystem();

  /** Calls `work` with the folder that holds the path's last component, and that name. */
  at<T>(path: string | Uint8Array, work: (dir: number, name: Uint8Array) => T): T {
    const components = cleanComponents(typeof path === "string" ? utf8(path) : path);
    const name = components.pop()!;
    const dir = this.fs.openRoot(absolutePath(components));
    try {
      return work(dir, name);
    } finally {
      this.fs.close(dir);
    }
  }

  folder(...paths: string[]): this {
    for (const path of paths) this.at(path, (dir, name) => this.fs.makeFolder(dir, name, 0o755));
    return this;
  }

  /** Makes a file or replaces its content. */
  write(path: string | Uint8Array, content: string | Uint8Array): this {
    const bytes = typeof content === "string" ? utf8(content) : content;
    this.at(path, (dir, name) => {
      let fd: number;
      try {
        fd = this.fs.openWrite(dir, name);
        this.fs.truncate(fd, 0);
      } catch {
        fd = this.fs.create(dir, name, 0o644);
      }
      this.fs.writeAt(fd, bytes, 0);
      this.fs.close(fd);
    });
    return this;
  }

  /** Changes an open file by descriptor. */
  edit(path: string, work: (fd: number) => void): this {
    return this.at(path, (dir, name) => {
      const fd = this.fs.openWrite(dir, name);
      work(fd);
      this.fs.close(fd);
      return this;
    });
  }

  /** A file's bytes. */
  read(path: string | Uint8Array): Uint8Array<ArrayBuffer> {
    return this.at(path, (dir, name) => {
      const bytes = new Uint8Array(this.fs.stat(dir, name).size);
      const fd = this.fs.openRead(dir, name);
      this.fs.readAt(fd, bytes, 0);
      this.fs.close(fd);
      return bytes;
    });
  }

  /** The names in a folder, sorted. */
  names(path: string): string[] {
    const dir = this.fs.openRoot(path);
    const names = [...this.fs.names(dir)].flat().map(utf8Text).sort();
    this.fs.close(dir);
    return names;
  }

  remove(path: string): this {
    this.at(path, (dir, name) => this.fs.removeFile(dir, name));
    return this;
  }

  /** Moves within one folder. */
  rename(path: string, newName: string): this {
    this.at(path, (dir, name) => this.fs.rename(dir, name, dir, utf8(newName)));
    return this;
  }
}

/** Bytes that look random and are the same each time. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  const words = new Uint32Array(out.buffer, 0, length >>> 2);
  let state = seed * 2654435761 >>> 0 || 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return out;
}
