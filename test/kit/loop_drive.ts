// Copyright the SpareGrid authors. Apache-2.0.
// A small ext4 drive in a file. A copy of that file, taken while it is mounted, is the drive after a power cut: what was
// not synced is not there. Needs the right to mount.
import { ran } from "./ran.ts";

/** Room for the journal, the inodes and a small repository, bytes. */
const DRIVE_BYTES = 8 << 20;
/**
 * The harshest rules that ext4 has: data may be written after the names that lead to it, nothing is written by itself
 * for ten minutes, and a rename does not bring the data with it.
 */
const RULES = "data=writeback,commit=600,noauto_da_alloc";

/** True where this process may mount. */
export function mayMount(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  try {
    return new Deno.Command("unshare", { args: ["--mount", "true"], stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** A mounted drive: `await using drive = await LoopDrive.make(folder)`. */
export class LoopDrive implements AsyncDisposable {
  private constructor(private readonly image: string, /** Where it is mounted. */ readonly path: string) {}

  /** Makes and mounts an empty drive; its files lie in `folder`, which must exist. */
  static async make(folder: string): Promise<LoopDrive> {
    const [image, path] = [`${folder}/drive.img`, `${folder}/drive`];
    await Deno.writeFile(image, new Uint8Array(0));
    await Deno.truncate(image, DRIVE_BYTES);
    await ran("mkfs.ext4", "-q", "-F", "-b", "1024", "-N", "1024", "-m", "0", "-J", "size=1", image);
    await Deno.mkdir(path);
    await ran("mount", "-o", `loop,${RULES}`, image, path);
    return new LoopDrive(image, path);
  }

  /** Makes everything durable. */
  async sync(): Promise<void> {
    await ran("sync", "-f", this.path);
  }

  /** Makes one file durable that nobody needs: the journal goes to the drive with it, and the names in it, but no data. */
  async syncNames(): Promise<void> {
    using file = await Deno.open(`${this.path}/other`, { write: true, create: true });
    await file.write(new Uint8Array(1));
    await file.sync();
  }

  /** Cuts the power, as it were: gives what is on the drive then, by `use`, which reads it at a path of its own. */
  async afterPowerCut<T>(copy: string, use: (path: string) => T): Promise<T> {
    await Deno.copyFile(this.image, copy);
    await Deno.mkdir(`${copy}.drive`);
    await ran("mount", "-o", "loop", copy, `${copy}.drive`);
    try {
      return use(`${copy}.drive`);
    } finally {
      await ran("umount", `${copy}.drive`);
      await Deno.remove(`${copy}.drive`);
      await Deno.remove(copy);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ran("umount", this.path);
    await Deno.remove(this.path);
    await Deno.remove(this.image);
  }
}
