// Copyright the SpareGrid authors. Apache-2.0.
import type { Fd, FileSystem } from "../platform/mod.ts";
import { UnsafeTarget } from "./failures.ts";
import { createTemporary, type TemporaryNames } from "./temporary_names.ts";

/**
 * Makes sure that an open folder is the private one that was made just now. Where others may write into its parent,
 * somebody may have put a folder of his own in its place between the making and the opening: then it is not empty, not
 * private, or its owner is not the one who makes files in it. `UnsafeTarget` then.
 */
export function demandOwnFolder(fs: FileSystem, folder: Fd, names: TemporaryNames): void {
  const { uid, permissions } = fs.statFd(folder);
  const isEmpty = [...fs.names(folder)].every((batch) => batch.length === 0);
  if (!isEmpty || (permissions & 0o077) !== 0) throw tamperedWith();
  const probe = createTemporary(fs, folder, names);
  try {
    if (fs.statFd(probe.fd).uid !== uid) throw tamperedWith();
  } finally {
    fs.close(probe.fd);
    fs.removeFile(folder, probe.name);
  }
}

const tamperedWith = () => new UnsafeTarget("somebody exchanged its folder as soon as it was made");
