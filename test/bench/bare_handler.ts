// Copyright the SpareGrid authors. Apache-2.0.
// What the backup port is held against: the same HTTP server with a handler that does nothing but write each body to a file
// of its own, durably. Argument: a folder. Prints its port.
import { silentLog, systemClock, utf8 } from "../../mod/base/mod.ts";
import { bodyPieces, HttpServer } from "../../mod/http/mod.ts";
import { makePath, openFileSystem, syncFolder } from "../../mod/platform/mod.ts";

const fs = openFileSystem();
const folder = await makePath(fs, Deno.args[0]!);
let number = 0;

const server = HttpServer.listen(
  { hostname: "127.0.0.1", port: 0, clock: systemClock, log: silentLog },
  async (request, response, { signal }) => {
    const name = `${number++}`;
    const fd = fs.create(folder, utf8(`${name}.tmp`), 0o600);
    try {
      let at = 0;
      for await (const piece of bodyPieces(request, signal)) {
        fs.writeAt(fd, piece, at);
        at += piece.length;
      }
      await fs.syncAsync(fd);
    } finally {
      fs.close(fd);
    }
    fs.rename(folder, utf8(`${name}.tmp`), folder, utf8(name));
    await syncFolder(fs, folder);
    response.writeHead(200, { "Content-Length": 0 });
    response.end();
  },
);
console.log(server.address.port);
