// Copyright the SpareGrid authors. Apache-2.0.
import type { Clock, Log, Random } from "../base/mod.ts";
import type { FileSystem } from "../platform/mod.ts";
