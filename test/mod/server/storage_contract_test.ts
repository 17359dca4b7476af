// Copyright the SpareGrid authors. Apache-2.0.
// What a client of ours may ask of every storage, over our own server.
import { systemClock } from "../../../mod/base/mod.ts";
import { HttpStorage, parseLocation, type RestLocation } from "../../../mod/storage/mod.ts";
import { ServerStage } from "../../kit/server_stage.ts";
import { testStorage } from "../../suite/storage.ts";

testStorage("HttpStorage at our server", async () => {
  const stage = await ServerStage.open();
  const secret = await stage.addAccount("pc");
  const place = parseLocation(`rest:http://pc:${secret}@localhost:${stage.port}/pc/home/`) as RestLocation;
  const storage = new HttpStorage(place, systemClock);
  return { storage, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
});
