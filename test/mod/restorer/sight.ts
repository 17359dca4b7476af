// Copyright the SpareGrid authors. Apache-2.0.
import { utf8, utf8Text } from "../../../mod/base/mod.ts";
import type { FileSystem, Stat } from "../../../mod/platform/mod.ts";

/** Calls `use` with the folder and name of a path. */
export function at<T>(fs: FileSystem, path: string, use: (dir: number, name: Uint8Array) => T): T {
  const slash = path.lastIndexOf("/");
  const dir = fs.openRoot(path.slice(0, slash) || "/");
  try {
    return use(dir, utf8(path.slice(slash + 1)));
  } finally {
    fs.close(dir);
  }
}

export function stat(fs: FileSystem, path: string): Stat {
  return at(fs, path, (dir, name) => fs.stat(dir, name));
}

export function content(fs: FileSystem, path: string): Uint8Array {
  return at(fs, path, (dir, name) => {
    const fd = fs.openRead(dir, name);
    try {
      const bytes = new Uint8Array(fs.statFd(fd).size);
      fs.readAt(fd, bytes, 0);
      return bytes;
    } finally {
      fs.close(fd);
    }
  });
}

export function text(fs: FileSystem, path: string): string {
  return utf8Text(content(fs, path));
}

/** Makes a file with this content. */
export function write(fs: FileSystem, path: string, value: string | Uint8Array): void {
  at(fs, path, (dir, name) => {
    const fd = fs.create(dir, name, 0o644);
    fs.writeAt(fd, typeof value === "string" ? utf8(value) : value, 0);
    fs.close(fd);
  });
}

/** Changes bytes of a file that exists. */
export function patch(fs: FileSystem, path: string, offset: number, value: Uint8Array): void {
  at(fs, path, (dir, name) => {
    const fd = fs.openWrite(dir, name);
    fs.writeAt(fd, value, offset);
    fs.close(fd);
  });
}

export function makeFolder(fs: FileSystem, path: string): void {
  at(fs, path, (dir, name) => fs.makeFolder(dir, name, 0o755));
}

export function makeSymlink(fs: FileSystem, path: string, target: string): void {
  at(fs, path, (dir, name) => fs.makeSymlink(dir, name, utf8(target)));
}

export function setTimes(fs: FileSystem, path: string, mtime: bigint): void {
  at(fs, path, (dir, name) => fs.setTimesOf(dir, name, mtime, mtime));
}

/** All paths below a folder, sorted. */
export function paths(fs: FileSystem, path: string): string[] {
  const found: string[] = [];
  const dir = fs.openRoot(path);
  try {
    for (const batch of fs.entries(dir)) {
      for (const { name, stat: seen } of batch) {
        const child = `${path === "/" ? "" : path}/${utf8Text(name)}`;
        found.push(child);
        if (seen?.kind === "dir") found.push(...paths(fs, child));
      }
    }
  } finally {
    fs.close(dir);
  }
  return found.sort();
}
