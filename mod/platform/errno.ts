// Copyright the SpareGrid authors. Apache-2.0.
import { OsError } from "../errors/mod.ts";

/** A system's error numbers: number to symbolic name. */
export type ErrnoTable = ReadonlyMap<number, string>;

const table = (text: string): ErrnoTable =>
  new Map(
    text.trim().split(/\s+/).map((pair) => {
      const [number, name] = pair.split(":") as [string, string];
      return [Number(number), name];
    }),
  );

/** Linux on x86_64 and aarch64 (asm-generic/errno-base.h and errno.h). */
export const LINUX_ERRNO: ErrnoTable = table(`
  1:EPERM 2:ENOENT 3:ESRCH 4:EINTR 5:EIO 6:ENXIO 7:E2BIG 8:ENOEXEC 9:EBADF 10:ECHILD 11:EAGAIN 12:ENOMEM
  13:EACCES 14:EFAULT 15:ENOTBLK 16:EBUSY 17:EEXIST 18:EXDEV 19:ENODEV 20:ENOTDIR 21:EISDIR 22:EINVAL
  23:ENFILE 24:EMFILE 25:ENOTTY 26:ETXTBSY 27:EFBIG 28:ENOSPC 29:ESPIPE 30:EROFS 31:EMLINK 32:EPIPE
  33:EDOM 34:ERANGE 35:EDEADLK 36:ENAMETOOLONG 37:ENOLCK 38:ENOSYS 39:ENOTEMPTY 40:ELOOP 61:ENODATA
  62:ETIME 71:EPROTO 74:EBADMSG 75:EOVERFLOW 84:EILSEQ 95:EOPNOTSUPP 103:ECONNABORTED 107:ENOTCONN
  110:ETIMEDOUT 111:ECONNREFUSED 112:EHOSTDOWN 113:EHOSTUNREACH 115:EINPROGRESS 116:ESTALE 117:EUCLEAN
  121:EREMOTEIO 122:EDQUOT 123:ENOMEDIUM 125:ECANCELED 126:ENOKEY 129:EKEYREJECTED
`);

/** macOS (sys/errno.h). */
export const MACOS_ERRNO: ErrnoTable = table(`
  1:EPERM 2:ENOENT 3:ESRCH 4:EINTR 5:EIO 6:ENXIO 7:E2BIG 8:ENOEXEC 9:EBADF 10:ECHILD 11:EDEADLK 12:ENOMEM
  13:EACCES 14:EFAULT 15:ENOTBLK 16:EBUSY 17:EEXIST 18:EXDEV 19:ENODEV 20:ENOTDIR 21:EISDIR 22:EINVAL
  23:ENFILE 24:EMFILE 25:ENOTTY 26:ETXTBSY 27:EFBIG 28:ENOSPC 29:ESPIPE 30:EROFS 31:EMLINK 32:EPIPE
  33:EDOM 34:ERANGE 35:EAGAIN 36:EINPROGRESS 45:EOPNOTSUPP 57:ENOTCONN 60:ETIMEDOUT 61:ECONNREFUSED
  62:ELOOP 63:ENAMETOOLONG 64:EHOSTDOWN 65:EHOSTUNREACH 66:ENOTEMPTY 69:EDQUOT 70:ESTALE 77:ENOLCK
  78:ENOSYS 84:EOVERFLOW 89:ECANCELED 92:EILSEQ 93:ENODATA 94:EBADMSG 100:EPROTO 101:ETIME 102:EOPNOTSUPP
`);

/** What the error numbers that users meet mean, in their words. */
const MEANINGS: Readonly<Record<string, string>> = {
  EPERM: "operation not permitted",
  ENOENT: "no such file or folder",
  EINTR: "interrupted",
  EIO: "the drive reported an input/output error",
  ENXIO: "no such device",
  EBADF: "bad file descriptor",
  EAGAIN: "busy, try again",
  ENOMEM: "out of memory",
  EACCES: "permission denied",
  EBUSY: "in use",
  EEXIST: "exists already",
  EXDEV: "lies on another file system",
  ENODEV: "no such device",
  ENOTDIR: "not a folder",
  EISDIR: "is a folder",
  EINVAL: "invalid argument",
  ENFILE: "too many open files in the system",
  EMFILE: "too many open files in this process",
  ETXTBSY: "program file in use",
  EFBIG: "file too large",
  ENOSPC: "no space left on the drive",
  EROFS: "the file system is read-only",
  EMLINK: "too many links",
  ENAMETOOLONG: "name too long",
  ENOSYS: "not known to this system",
  ENOTEMPTY: "folder not empty",
  ELOOP: "is a symbolic link, or too many of them",
  ENODATA: "no such attribute",
  EILSEQ: "name holds bytes that this file system does not allow",
  EOPNOTSUPP: "not supported by this file system",
  ESTALE: "the network file system lost the file",
  EUCLEAN: "the file system is damaged",
  EDQUOT: "disk quota exceeded",
  ETIMEDOUT: "timed out",
};

/** The error of a failed `call`; `about` names the entry or path where one was given. */
export function osError(errno: string, call: string, about?: string | Uint8Array): OsError {
  const subject = about === undefined
    ? ""
    : ` "${typeof about === "string" ? about : new TextDecoder().decode(about)}"`;
  return new OsError(errno, call, `${MEANINGS[errno] ?? "failed"} (${call}${subject}: ${errno})`);
}

/** The symbolic name of error `number`. */
export function errnoName(errnos: ErrnoTable, number: number): string {
  return errnos.get(number) ?? `E${number}`;
}
