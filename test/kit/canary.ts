// Copyright the SpareGrid authors. Apache-2.0.
import { createHash } from "node:crypto";
import type { Fd, FileSystem } from "../../mod/platform/mod.ts";

/**
 * A hash of all that is below a folder: names, kinds, modes, owners, times, numbers of names, link targets and content. It
 * reads by descriptor, so that it works on any file system double, and asks for no access time.
 */
export function treeHash(fs: FileSystem, path: string): string {
  const hash = createHash("sha256");
  const visit = (folder: Fd, depth: number) => {
    const entries = [...fs.entries(folder)].flat().sort((a, b) => a.name.toHex() < b.name.toHex() ? -1 : 1);
    for (const { name } of entries) {
      const { kind, permissions, uid, gid, mtime, links, size, ino } = fs.stat(folder, name);
      hash.update(`${depth} ${name.toHex()} ${kind} ${permissions} ${uid}:${gid} ${mtime} ${links} ${ino} `);
      if (kind === "dir") {
        const below = fs.openFolder(folder, name);
        visit(below, depth + 1);
        fs.close(below);
      } else if (kind === "file") {
        const fd = fs.openRead(folder, name, { noAtime: true });
        const bytes = new Uint8Array(size);
        fs.readAt(fd, bytes, 0);
        fs.close(fd);
        hash.update(bytes);
      } else if (kind === "symlink") hash.update(fs.readSymlink(folder, name));
    }
  };
  const root = fs.openRoot(path);
  const { permissions, uid, gid, mtime } = fs.statFd(root);
  hash.update(`${permissions} ${uid}:${gid} ${mtime} `);
  visit(root, 0);
  fs.close(root);
  return hash.digest("hex");
}
