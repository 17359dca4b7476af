// Copyright the SpareGrid authors. Apache-2.0.
import { testFileSystem } from "../suite/file_system.ts";
import { MemoryFileSystem } from "./memory_file_system.ts";

testFileSystem("MemoryFileSystem", () => ({
  fs: new MemoryFileSystem(),
  path: "/",
  async [Symbol.asyncDispose]() {},
}));
