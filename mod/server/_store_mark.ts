// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import type { Catalog } from "../catalog/mod.ts";
import { isOsError, SgError } from "../errors/mod.ts";
import { type FileSystem, syncFolder } from "../platform/mod.ts";
import type { Store } from "./store.ts";

const MARK = utf8(".sparegrid-store");

/**
 * SG0021 when the catalog knows repositories and the folder is not their store: then its drive is not mounted, and going on
 * would put new backups on another drive and call all others lost. A file in the folder marks it as the store.
 */
export async function mustBeMounted(
  { store, catalog, fs, folder }: { store: Store; catalog: Catalog; fs: FileSystem; folder: string },
): Promise<void> {
  const fd = fs.openRoot(`${folder}/store`);
  try {
    if (isMarked(fs, fd)) return;
    const expected = (await catalog.stores.all()).length;
    if (expected > 0 && (await store.places("store")).length === 0) {
      throw new SgError(
        "SG0021",
        `Cannot use ${folder}: ${expected} repositories should be there, and none is`,
        {
          remedy:
            `Mount its drive. If all is lost for good, make the empty file ${folder}/store/.sparegrid-store`,
        },
      );
    }
    fs.close(fs.create(fd, MARK, 0o600));
    await syncFolder(fs, fd);
  } finally {
    fs.close(fd);
  }
}

function isMarked(fs: FileSystem, folder: number): boolean {
  try {
    fs.stat(folder, MARK);
    return true;
  } catch (error) {
    if (isOsError(error, "ENOENT")) return false;
    throw error;
  }
}
