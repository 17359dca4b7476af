// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { reasonsIn } from "../../../mod/platform/_libc.ts";
import { linuxCalls, type LinuxSymbols } from "../../../mod/platform/_libc_linux.ts";

const ENOENT = 2, EINTR = 4, EIO = 5, EAGAIN = 11, ETIMEDOUT = 110;
const bytes = new Uint8Array(16), times = new BigInt64Array(4);

/** Every function that is called and whose reason is looked at, with arguments of its kind. */
const CALLS = {
  openat: [3, bytes, 0, 0],
  read: [3, bytes, 16],
  pread: [3, bytes, 16, 0],
  pwrite: [3, bytes, 16, 0],
  ftruncate: [3, 0],
  lseek: [3, 0, 0],
  mkdirat: [3, bytes, 0],
  symlinkat: [bytes, 3, bytes],
  mknodat: [3, bytes, 0, 0n],
  linkat: [3, bytes, 3, bytes, 0],
  readlinkat: [3, bytes, bytes, 16],
  renameat: [3, bytes, 3, bytes],
  unlinkat: [3, bytes, 0],
  fchmod: [3, 0],
  fchown: [3, 0, 0],
  fchownat: [3, bytes, 0, 0, 0],
  futimens: [3, times],
  utimensat: [3, bytes, times, 0],
  statx: [3, bytes, 0, bytes],
  getdents64: [3, bytes],
} as const;

/** A C library in which every call fails for the reasons given, one after the other, and is done when there is none. */
function failing(reasons: readonly number[]) {
  const errno = new Int32Array(1);
  const called: unknown[][] = [];
  const c = new Proxy({}, {
    get: (_, name) => (...args: unknown[]) => {
      const reason = reasons[called.length];
      called.push(args);
      if (reason !== undefined) errno[0] = reason;
      const result = reason === undefined ? 0 : -1;
      return name === "lseek" ? BigInt(result) : result;
    },
  }) as LinuxSymbols;
  const libc = linuxCalls(c, reasonsIn(errno));
  return { libc: libc as unknown as Record<string, (...args: unknown[]) => number>, called, errno };
}

Deno.test("Libc: a call whose reason may have been left by the runtime is repeated once, with the same arguments", () => {
  for (const [name, args] of Object.entries(CALLS)) {
    for (const left of [EINTR, EAGAIN, ETIMEDOUT]) {
      const { libc, called } = failing([left, ENOENT]);
      assert.equal(libc[name]!(...args), -1, name);
      assert.equal(libc.errno!(), ENOENT, `${name}: the reason is its own`);
      assert.equal(called.length, 2, name);
      assert.deepEqual(called[0], called[1], name);

      const stubborn = failing([left, left, left]);
      assert.equal(stubborn.libc[name]!(...args), -1, name);
      assert.equal(stubborn.called.length, 2, `${name} is not repeated for ever`);
    }
  }
});

Deno.test("Libc: a call that is done, or fails for a reason of its own, is called once", () => {
  for (const [name, args] of Object.entries(CALLS)) {
    for (const reasons of [[], [EIO], [ENOENT]]) {
      const { libc, called } = failing(reasons);
      assert.equal(libc[name]!(...args), reasons.length === 0 ? 0 : -1, name);
      assert.equal(called.length, 1, name);
    }
  }
});

Deno.test("Libc: what the runtime leaves behind after a call does not become its reason", () => {
  for (const [name, args] of [...Object.entries(CALLS), ["close", [3]], ["fsync", [3]]] as const) {
    for (const reasons of [[ENOENT], [EAGAIN, ENOENT]].slice(0, name in CALLS ? 2 : 1)) {
      const { libc, errno } = failing(reasons);
      assert.equal(libc[name]!(...args), -1, name);
      for (const left of [EINTR, EAGAIN, ETIMEDOUT]) {
        errno[0] = left;
        assert.equal(libc.errno!(), ENOENT, name);
      }
    }
  }
});

Deno.test("Libc: the reason of a call that did not take it is the last one; cleared, there is none", () => {
  const { libc, errno } = failing([ENOENT]);
  libc.unlinkat!(3, bytes, 0);
  errno[0] = EIO;
  assert.equal(libc.errno!(), EIO);
  libc.clearErrno!();
  errno[0] = EAGAIN;
  assert.equal(libc.errno!(), 0);
});

Deno.test("Libc: closing and syncing are never called twice, whatever the reason", () => {
  for (const name of ["close", "fsync"]) {
    const { libc, called } = failing([EAGAIN]);
    assert.equal(libc[name]!(3), -1);
    assert.equal(called.length, 1, name);
  }
});
