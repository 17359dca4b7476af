// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Platform: the operating system. Files by descriptor and byte name, users, processes, folders, terminal, ports.
 *
 * It is the only module that opens libraries (FFI), spawns processes, opens ports or touches Deno's file API. It decides
 * nothing about backups: it reports what the system says, as values and `OsError`.
 *
 * It follows POSIX.1-2017, the Linux system calls statx(2), getdents64(2) and the restore rules of
 * reliability.md 6.4.
 *
 * Invariants: no entry is skipped in silence; no symlink is followed except in a path that a user typed; no
 * descriptor reaches a child process; a failed sync is never repeated.
 * @module
 */
export {
  type DataRegion,
  ENTRY_KINDS,
  type EntryKind,
  type Fd,
  type FileSystem,
  type FileSystemTraits,
  type FolderEntry,
  sameFileSystem,
  type Stat,
  type Xattr,
} from "./file_system.ts";
export { openFileSystem } from "./open.ts";
export { openPath } from "./paths.ts";
export { makePath, syncFolder } from "./make_path.ts";
export { isEntryName } from "./names.ts";
export { osError } from "./errno.ts";
export { writeDurably } from "./durable.ts";
export { type CurrentUser, currentUser, groupName, isRoot, userName } from "./users.ts";
export {
  allEnvironment,
  environment,
  hostName,
  onInterrupt,
  processAlive,
  processId,
  raiseOpenFileLimit,
  workingFolder,
} from "./process.ts";
export { type FileLock, type LockAttempt, takeFileLock } from "./lock_file.ts";
export { machineAddresses } from "./network.ts";
export { movedBytes, type SocketPlace } from "./_sockets.ts";
export { LinkWatch, NEWS_BYTES_MIN } from "./link_watch.ts";
export { readUserFile } from "./user_file.ts";
export { userCacheFolder, userDataFolder } from "./user_folders.ts";
export {
  type CommandStatus,
  readCommandOutput,
  runCommand,
  type RunCommandOptions,
  type RunningCommand,
} from "./command.ts";
export { isTerminal, promptLine, promptSecret, type SecretInput, terminalWidth } from "./terminal.ts";
export {
  loadNativeCipher,
  type NativeCipher,
  type NativeCtr,
  type NativeEcb,
  type NativePoly1305,
} from "./native_cipher.ts";
export { type Connection, listen, type Listener, type ListenOptions } from "./listen.ts";
export { inLargePages, keepMemorySmall } from "./allocator.ts";
export { loadNativeSha256, type NativeSha256, type NativeSha256Run } from "./native_hash.ts";
export { loadNativeZstd, type NativeZstd } from "./native_zstd.ts";
