// Copyright the SpareGrid authors. Apache-2.0.
// A drive that is mounted below what is backed up: part of it, unless it is to stay on one file system.
import assert from "node:assert/strict";
import { type Ended, sparegridArgv, start } from "../kit/command_line.ts";
import { scratch } from "../kit/scratch.ts";

const mayMount = Deno.uid() === 0 && (await start(["unshare", "--mount", "true"])).code === 0;

function names({ out }: Ended, folder: string): string[] {
  return out.split("\n").map((line) => line.trim().replace(/^.*? (?=\/)/, "").replace(/\/$/, ""))
    .filter((line) => line.startsWith(`${folder}/`)).map((line) => line.slice(folder.length + 1)).sort();
}

Deno.test(
  "--one-file-system keeps the folder that a drive is mounted on and leaves out what is on it, as restic does; without it all is backed up (needs the right to mount)",
  {
    ignore: !mayMount,
  },
  async () => {
    await using place = await scratch();
    const source = `${place.path}/source`;
    await Deno.mkdir(`${source}/drive`, { recursive: true });
    await Deno.writeTextFile(`${source}/here`, "here");
    const env = { SPAREGRID_PASSWORD: "test", RESTIC_PASSWORD: "test", HOME: place.path };
    const mounted = async (...commands: string[]) => {
      const mount = `mount -t tmpfs none ${source}/drive && echo there > ${source}/drive/there`;
      const ended = await start(["unshare", "--mount", "bash", "-ec", [mount, ...commands].join("\n")], {
        env,
      });
      assert.equal(ended.code, 0, ended.err);
      return ended;
    };
    const own = (...args: string[]) => sparegridArgv("-r", `${place.path}/own`, ...args).join(" ");
    const restic = (...args: string[]) =>
      ["restic", "--no-cache", "-r", `${place.path}/restic`, ...args].join(" ");
    await mounted(`${own("init")} >&2`, `${restic("init")} >&2`);
    for (
      const [options, expected] of [[["--one-file-system"], ["drive", "here"]], [[], [
        "drive",
        "drive/there",
        "here",
      ]]]
    ) {
      for (const program of [own, restic]) {
        const said = await mounted(`${program("backup", ...options!, source)} >&2`, program("ls", "latest"));
        assert.deepEqual(names(said, source), expected, `${options} ${said.out}`);
      }
    }
    // Each folder that is named stands on a file system of its own.
    const both = await mounted(
      `${own("backup", "--one-file-system", source, `${source}/drive`)} >&2`,
      own("ls", "latest"),
    );
    assert.deepEqual(names(both, source), ["drive", "drive/there", "here"]);
  },
);
