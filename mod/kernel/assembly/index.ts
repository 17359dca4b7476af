// Copyright the SpareGrid authors. Apache-2.0.
// The kernel's exports. It keeps nothing of its own in memory: the caller imports a memory and says where things lie.
export { poly1305Begin, poly1305Blocks, poly1305End } from "./poly1305";
export { gearScan, gearWarm } from "./gear";
