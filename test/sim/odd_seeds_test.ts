// Copyright the SpareGrid authors. Apache-2.0.
import { runHalf } from "../kit/sim_campaign.ts";

Deno.test("Simulation: no acked byte is lost, whatever befalls the clients and the drive (the second of every two seeds)", () => {
  return runHalf(1);
});
