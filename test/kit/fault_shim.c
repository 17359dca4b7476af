// Copyright the SpareGrid authors. Apache-2.0.
/*
 * A library for LD_PRELOAD that numbers a process's file operations and does harm at the n-th. test/kit/fault_shim.ts
 * builds it and says what the variables of the environment mean. Linux with glibc, x86_64 and aarch64.
 *
 * One counter for all threads: it lies in a shared mapping of SHIM_REPORT, so that it outlives the process. Deno finds
 * the functions that it calls by dlsym on the C library's own handle, past LD_PRELOAD; so dlsym is replaced, too, and
 * gives the functions below. All of them do their work by system calls and need no function that they replace.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum class { WRITE, FSYNC, RENAME, UNLINK, LINK, MKDIR, CREATE, TRUNCATE, META, READ, READDIR, OPEN, CLOSE, STAT, CLASSES };
static const char *const CLASS_NAMES[CLASSES] = {
    "write", "fsync", "rename", "unlink", "link", "mkdir", "create", "truncate", "meta", "read", "readdir", "open", "close", "stat",
};
enum mode { COUNT, KILL, STOP, ENOSPC_, EIO_, TORN, SHORT, FLIP };
static const char *const MODE_NAMES[] = {"count", "kill", "stop", "enospc", "eio", "torn", "short", "flip"};
/* What an operation is told. */
enum verdict { GO, FAIL, CUT, BEND, SKIP };

/* The report: the first 16 bytes are read by the test. */
struct report {
  _Atomic uint64_t operations;
  _Atomic uint64_t faults;
  char first[1024]; /* "number class path" of the first fault */
};

static struct report nowhere;
static struct report *report = &nowhere;
static enum mode mode = COUNT;
static uint64_t at = 0;
static int ever = 0;
static uint32_t classes = 0;
static int lie_files = 0, lie_folders = 0;
static char prefixes[8][PATH_MAX];
static int prefix_count = 0;
static int trace = -1;
static int ready = 0;

static void *(*real_dlsym)(void *, const char *);
static int (*real_aio_fsync)(int, struct aiocb *);
static int (*real_aio_error)(const struct aiocb *);
static ssize_t (*real_aio_return)(struct aiocb *);
static int (*real_aio_suspend)(const struct aiocb *const[], int, const struct timespec *);

static void find_dlsym(void) {
  if (real_dlsym != NULL) return;
#if defined(__x86_64__)
  real_dlsym = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
#else
  real_dlsym = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
#endif
}

static uint32_t class_bits(const char *names) {
  uint32_t bits = 0;
  for (int i = 0; i < CLASSES; i++) {
    const char *found = names;
    size_t length = strlen(CLASS_NAMES[i]);
    while ((found = strstr(found, CLASS_NAMES[i])) != NULL) {
      char before = found == names ? ',' : found[-1], after = found[length];
      if (before == ',' && (after == ',' || after == 0)) bits |= 1u << i;
      found += length;
    }
  }
  return bits;
}

__attribute__((constructor)) static void begin(void) {
  find_dlsym();
  const char *paths = getenv("SHIM_PATHS"), *report_path = getenv("SHIM_REPORT");
  if (paths == NULL || report_path == NULL) return;
  while (*paths != 0 && prefix_count < 8) {
    size_t length = strcspn(paths, ":");
    if (length > 0 && length < PATH_MAX) memcpy(prefixes[prefix_count++], paths, length);
    paths += length + (paths[length] == ':');
  }
  int fd = syscall(SYS_openat, AT_FDCWD, report_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || syscall(SYS_ftruncate, fd, (long)sizeof(struct report)) != 0) _exit(121);
  void *memory = mmap(NULL, sizeof(struct report), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) _exit(121);
  syscall(SYS_close, fd);
  report = memory;
  const char *value = getenv("SHIM_MODE");
  for (size_t i = 0; value != NULL && i < sizeof MODE_NAMES / sizeof *MODE_NAMES; i++) {
    if (strcmp(value, MODE_NAMES[i]) == 0) mode = (enum mode)i;
  }
  if ((value = getenv("SHIM_AT")) != NULL) at = strtoull(value, NULL, 10);
  ever = (value = getenv("SHIM_EVER")) != NULL && strcmp(value, "1") == 0;
  value = getenv("SHIM_OPS");
  classes = class_bits(value != NULL ? value : "write,fsync,rename,unlink,link,mkdir,create,truncate,meta");
  value = getenv("SHIM_LIE");
  lie_files = value != NULL && strstr(value, "files") != NULL;
  lie_folders = value != NULL && strstr(value, "folders") != NULL;
  if ((value = getenv("SHIM_TRACE")) != NULL) {
    trace = syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  ready = 1;
}

/* The path of a descriptor, or of a name below one; 0 when there is none. */
static int path_of(int dir, const char *name, char *into) {
  size_t length = 0;
  if (name == NULL || name[0] != '/') {
    char link[64];
    if (dir == AT_FDCWD) strcpy(link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    long got = syscall(SYS_readlinkat, AT_FDCWD, link, into, (long)PATH_MAX - 1);
    if (got <= 0) return 0;
    length = (size_t)got;
  }
  if (name != NULL && name[0] != 0) {
    size_t more = strlen(name);
    if (length + more + 2 > PATH_MAX) return 0;
    if (length > 0 && into[length - 1] != '/') into[length++] = '/';
    memcpy(into + length, name, more);
    length += more;
  }
  into[length] = 0;
  return 1;
}

static int wanted(const char *path) {
  for (int i = 0; i < prefix_count; i++) {
    size_t length = strlen(prefixes[i]);
    if (strncmp(path, prefixes[i], length) == 0 && (path[length] == '/' || path[length] == 0)) return 1;
  }
  return 0;
}

static void __attribute__((noreturn)) die(void) {
  for (;;) {
    syscall(SYS_kill, (long)getpid(), (long)SIGKILL);
    syscall(SYS_sched_yield);
  }
}

/* Numbers the operation and says what becomes of it. For TORN the caller writes a half and calls die(). */
static enum verdict judge(enum class class, int dir, const char *name) {
  if (!ready || (classes >> class & 1) == 0) return GO;
  int saved = errno;
  char path[PATH_MAX];
  if (!path_of(dir, name, path) || !wanted(path)) {
    errno = saved;
    return GO;
  }
  uint64_t number = atomic_fetch_add(&report->operations, 1) + 1;
  if (trace >= 0) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%llu %s %s\n", (unsigned long long)number, CLASS_NAMES[class], path);
    syscall(SYS_write, trace, line, (long)length);
  }
  /* A process that is being killed does nothing more, on no thread. */
  int hit = at > 0 && (number == at || (number > at && (ever || mode == KILL || mode == TORN)));
  if (mode == COUNT || !hit) {
    errno = saved;
    return GO;
  }
  if (atomic_fetch_add(&report->faults, 1) == 0) {
    snprintf(report->first, sizeof report->first, "%llu %s %.960s", (unsigned long long)number, CLASS_NAMES[class], path);
  }
  if (mode == KILL || (mode == TORN && (class != WRITE || number > at))) die();
  if (mode == STOP) {
    /* To this thread: then the stop has begun before it goes on. */
    syscall(SYS_tgkill, (long)getpid(), syscall(SYS_gettid), (long)SIGSTOP);
    errno = saved;
    return GO;
  }
  if (mode == ENOSPC_ || mode == EIO_) {
    errno = mode == EIO_ ? EIO : ENOSPC;
    return FAIL;
  }
  errno = saved;
  return mode == FLIP ? BEND : CUT;
}

/* True where an fsync is to be answered without being done: a planted defect, or a drive that lies. */
static int lies(int fd) {
  if (!lie_files && !lie_folders) return 0;
  char path[PATH_MAX];
  if (!path_of(fd, NULL, path) || !wanted(path)) return 0;
  struct stat stat;
  if (fstat(fd, &stat) != 0) return 0;
  return S_ISDIR(stat.st_mode) ? lie_folders : lie_files;
}

/* ---- bytes ---- */

static long write_at(long number, int fd, const void *bytes, size_t count, off_t offset) {
  return number == SYS_write ? syscall(SYS_write, fd, bytes, count) : syscall(SYS_pwrite64, fd, bytes, count, offset);
}

static ssize_t judged_write(long number, int fd, const void *bytes, size_t count, off_t offset) {
  enum verdict verdict = judge(WRITE, fd, NULL);
  if (verdict == FAIL) return -1;
  if (verdict == CUT) {
    long done = write_at(number, fd, bytes, count > 1 ? count / 2 : count, offset);
    if (mode == TORN) die();
    return done;
  }
  if (verdict == BEND && count > 0) {
    char *copy = malloc(count);
    if (copy == NULL) return write_at(number, fd, bytes, count, offset);
    memcpy(copy, bytes, count);
    copy[count / 2] ^= 1;
    long done = write_at(number, fd, copy, count, offset);
    free(copy);
    return done;
  }
  return write_at(number, fd, bytes, count, offset);
}

static ssize_t shim_write(int fd, const void *bytes, size_t count) { return judged_write(SYS_write, fd, bytes, count, 0); }
static ssize_t shim_pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  return judged_write(SYS_pwrite64, fd, bytes, count, offset);
}
/* A vector: its first part alone is cut or bent; a short count is an honest answer. */
static ssize_t shim_writev(int fd, const struct iovec *parts, int count) {
  enum verdict verdict = judge(WRITE, fd, NULL);
  if (verdict == FAIL) return -1;
  if (verdict == CUT || verdict == BEND) {
    size_t length = count > 0 ? parts[0].iov_len : 0;
    if (verdict == CUT && length > 1) length /= 2;
    long done = syscall(SYS_write, fd, count > 0 ? parts[0].iov_base : NULL, length);
    if (mode == TORN) die();
    return done;
  }
  return syscall(SYS_writev, fd, parts, count);
}

static ssize_t read_at(long number, int fd, void *into, size_t count, off_t offset) {
  enum verdict verdict = judge(READ, fd, NULL);
  if (verdict == FAIL) return -1;
  if (verdict == CUT && mode == TORN) die();
  if (verdict == CUT && count > 1) count /= 2;
  long got = number == SYS_read ? syscall(SYS_read, fd, into, count) : syscall(SYS_pread64, fd, into, count, offset);
  if (verdict == BEND && got > 0) ((char *)into)[got / 2] ^= 1;
  return got;
}
static ssize_t shim_read(int fd, void *into, size_t count) { return read_at(SYS_read, fd, into, count, 0); }
static ssize_t shim_pread(int fd, void *into, size_t count, off_t offset) { return read_at(SYS_pread64, fd, into, count, offset); }

static int shim_ftruncate(int fd, off_t length) {
  return judge(TRUNCATE, fd, NULL) == FAIL ? -1 : (int)syscall(SYS_ftruncate, fd, length);
}
static ssize_t shim_copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t length, unsigned flags) {
  return judge(WRITE, out, NULL) == FAIL ? -1 : syscall(SYS_copy_file_range, in, in_at, out, out_at, length, flags);
}
static ssize_t shim_sendfile(int out, int in, off_t *offset, size_t count) {
  return judge(WRITE, out, NULL) == FAIL ? -1 : syscall(SYS_sendfile, out, in, offset, count);
}

/* ---- durability ---- */

static int judged_sync(long number, int fd) {
  if (judge(FSYNC, fd, NULL) == FAIL) return -1;
  return lies(fd) ? 0 : (int)syscall(number, fd);
}
static int shim_fsync(int fd) { return judged_sync(SYS_fsync, fd); }
static int shim_fdatasync(int fd) { return judged_sync(SYS_fdatasync, fd); }
static int shim_syncfs(int fd) { return judged_sync(SYS_syncfs, fd); }

/* Requests that the shim answers itself: control block and error number. */
static struct { const struct aiocb *_Atomic block; _Atomic int error; } answered[64];

static int answer(const struct aiocb *block, int error) {
  for (size_t i = 0; i < sizeof answered / sizeof *answered; i++) {
    const struct aiocb *none = NULL;
    if (atomic_compare_exchange_strong(&answered[i].block, &none, block)) {
      answered[i].error = error;
      return 0;
    }
  }
  errno = EAGAIN;
  return -1;
}
static int find_answer(const struct aiocb *block) {
  for (size_t i = 0; i < sizeof answered / sizeof *answered; i++) {
    if (answered[i].block == block) return (int)i;
  }
  return -1;
}
static int shim_aio_fsync(int op, struct aiocb *block) {
  if (judge(FSYNC, block->aio_fildes, NULL) == FAIL) return answer(block, errno);
  /* Where this C library refuses a folder, the caller goes on to fsync, which counts again: a point more, no harm. */
  return lies(block->aio_fildes) ? answer(block, 0) : real_aio_fsync(op, block);
}
static int shim_aio_error(const struct aiocb *block) {
  int found = find_answer(block);
  return found >= 0 ? answered[found].error : real_aio_error(block);
}
static ssize_t shim_aio_return(struct aiocb *block) {
  int found = find_answer(block);
  if (found < 0) return real_aio_return(block);
  int error = answered[found].error;
  answered[found].block = NULL;
  if (error == 0) return 0;
  errno = error;
  return -1;
}
static int shim_aio_suspend(const struct aiocb *const list[], int count, const struct timespec *timeout) {
  for (int i = 0; i < count; i++) {
    if (list[i] != NULL && find_answer(list[i]) >= 0) return 0;
  }
  return real_aio_suspend(list, count, timeout);
}

/* ---- names ---- */

static int shim_renameat2(int from_dir, const char *from, int dir, const char *name, unsigned flags) {
  return judge(RENAME, dir, name) == FAIL ? -1 : (int)syscall(SYS_renameat2, from_dir, from, dir, name, flags);
}
static int shim_renameat(int from_dir, const char *from, int dir, const char *name) {
  return shim_renameat2(from_dir, from, dir, name, 0);
}
static int shim_rename(const char *from, const char *name) { return shim_renameat2(AT_FDCWD, from, AT_FDCWD, name, 0); }
static int shim_unlinkat(int dir, const char *name, int flags) {
  return judge(UNLINK, dir, name) == FAIL ? -1 : (int)syscall(SYS_unlinkat, dir, name, flags);
}
static int shim_unlink(const char *name) { return shim_unlinkat(AT_FDCWD, name, 0); }
static int shim_rmdir(const char *name) { return shim_unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }
static int shim_linkat(int from_dir, const char *from, int dir, const char *name, int flags) {
  return judge(LINK, dir, name) == FAIL ? -1 : (int)syscall(SYS_linkat, from_dir, from, dir, name, flags);
}
static int shim_link(const char *from, const char *name) { return shim_linkat(AT_FDCWD, from, AT_FDCWD, name, 0); }
static int shim_symlinkat(const char *target, int dir, const char *name) {
  return judge(LINK, dir, name) == FAIL ? -1 : (int)syscall(SYS_symlinkat, target, dir, name);
}
static int shim_symlink(const char *target, const char *name) { return shim_symlinkat(target, AT_FDCWD, name); }
static int shim_mkdirat(int dir, const char *name, mode_t mode_) {
  return judge(MKDIR, dir, name) == FAIL ? -1 : (int)syscall(SYS_mkdirat, dir, name, mode_);
}
static int shim_mkdir(const char *name, mode_t mode_) { return shim_mkdirat(AT_FDCWD, name, mode_); }

/* ---- metadata ---- */

static int shim_fchmod(int fd, mode_t mode_) { return judge(META, fd, NULL) == FAIL ? -1 : (int)syscall(SYS_fchmod, fd, mode_); }
static int shim_chmod(const char *name, mode_t mode_) {
  return judge(META, AT_FDCWD, name) == FAIL ? -1 : (int)syscall(SYS_fchmodat, AT_FDCWD, name, mode_);
}
static int shim_fchown(int fd, uid_t uid, gid_t gid) {
  return judge(META, fd, NULL) == FAIL ? -1 : (int)syscall(SYS_fchown, fd, uid, gid);
}
static int shim_fchownat(int dir, const char *name, uid_t uid, gid_t gid, int flags) {
  return judge(META, dir, name) == FAIL ? -1 : (int)syscall(SYS_fchownat, dir, name, uid, gid, flags);
}
static int shim_futimens(int fd, const struct timespec times[2]) {
  return judge(META, fd, NULL) == FAIL ? -1 : (int)syscall(SYS_utimensat, fd, NULL, times, 0);
}
static int shim_utimensat(int dir, const char *name, const struct timespec times[2], int flags) {
  return judge(META, dir, name) == FAIL ? -1 : (int)syscall(SYS_utimensat, dir, name, times, flags);
}
static int shim_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags) {
  return judge(META, fd, NULL) == FAIL ? -1 : (int)syscall(SYS_fsetxattr, fd, name, value, size, flags);
}
static int shim_lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags) {
  return judge(META, AT_FDCWD, path) == FAIL ? -1 : (int)syscall(SYS_lsetxattr, path, name, value, size, flags);
}
static int shim_fremovexattr(int fd, const char *name) {
  return judge(META, fd, NULL) == FAIL ? -1 : (int)syscall(SYS_fremovexattr, fd, name);
}

/* ---- descriptors ---- */

static int open_judged(int dir, const char *name, int flags, mode_t mode_) {
  if (judge((flags & O_CREAT) != 0 ? CREATE : (flags & O_TRUNC) != 0 ? TRUNCATE : OPEN, dir, name) == FAIL) return -1;
  return (int)syscall(SYS_openat, dir, name, flags, mode_);
}
static mode_t mode_argument(int flags, va_list rest) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}
static int shim_openat(int dir, const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode_ = mode_argument(flags, rest);
  va_end(rest);
  return open_judged(dir, name, flags, mode_);
}
static int shim_open(const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode_ = mode_argument(flags, rest);
  va_end(rest);
  return open_judged(AT_FDCWD, name, flags, mode_);
}
/* A close that fails has closed all the same. */
static int shim_close(int fd) {
  enum verdict verdict = judge(CLOSE, fd, NULL);
  int reason = errno;
  int result = (int)syscall(SYS_close, fd);
  if (verdict != FAIL) return result;
  errno = reason;
  return -1;
}

/* Only by dlsym: the calls that the engine makes by their number. */
static long shim_syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  enum verdict verdict = GO;
  if (number == SYS_getdents64) verdict = judge(READDIR, (int)a, NULL);
  else if (number == SYS_statx) verdict = judge(STAT, (int)a, (const char *)b);
  else if (number == SYS_mknodat) verdict = judge(CREATE, (int)a, (const char *)b);
  return verdict == FAIL ? -1 : syscall(number, a, b, c, d, e, f);
}

/* ---- how they are found ---- */

#define EXPORTED(result, name, parameters) result name parameters __attribute__((alias("shim_" #name)))
#define ALIAS(result, name, original, parameters) result name parameters __attribute__((alias("shim_" #original)))
EXPORTED(ssize_t, write, (int, const void *, size_t));
EXPORTED(ssize_t, pwrite, (int, const void *, size_t, off_t));
ALIAS(ssize_t, pwrite64, pwrite, (int, const void *, size_t, off_t));
EXPORTED(ssize_t, writev, (int, const struct iovec *, int));
EXPORTED(ssize_t, read, (int, void *, size_t));
EXPORTED(ssize_t, pread, (int, void *, size_t, off_t));
ALIAS(ssize_t, pread64, pread, (int, void *, size_t, off_t));
EXPORTED(int, ftruncate, (int, off_t));
ALIAS(int, ftruncate64, ftruncate, (int, off_t));
EXPORTED(ssize_t, copy_file_range, (int, off_t *, int, off_t *, size_t, unsigned));
EXPORTED(ssize_t, sendfile, (int, int, off_t *, size_t));
ALIAS(ssize_t, sendfile64, sendfile, (int, int, off_t *, size_t));
EXPORTED(int, fsync, (int));
EXPORTED(int, fdatasync, (int));
EXPORTED(int, syncfs, (int));
EXPORTED(int, renameat2, (int, const char *, int, const char *, unsigned));
EXPORTED(int, renameat, (int, const char *, int, const char *));
EXPORTED(int, rename, (const char *, const char *));
EXPORTED(int, unlinkat, (int, const char *, int));
EXPORTED(int, unlink, (const char *));
EXPORTED(int, rmdir, (const char *));
EXPORTED(int, linkat, (int, const char *, int, const char *, int));
EXPORTED(int, link, (const char *, const char *));
EXPORTED(int, symlinkat, (const char *, int, const char *));
EXPORTED(int, symlink, (const char *, const char *));
EXPORTED(int, mkdirat, (int, const char *, mode_t));
EXPORTED(int, mkdir, (const char *, mode_t));
EXPORTED(int, fchmod, (int, mode_t));
EXPORTED(int, chmod, (const char *, mode_t));
EXPORTED(int, openat, (int, const char *, int, ...));
ALIAS(int, openat64, openat, (int, const char *, int, ...));
EXPORTED(int, open, (const char *, int, ...));
ALIAS(int, open64, open, (const char *, int, ...));
EXPORTED(int, close, (int));

#define FOUND(name) {#name, (void *)shim_##name}
static const struct { const char *name; void *function; } FOUND_BY_NAME[] = {
    FOUND(write), FOUND(pwrite), FOUND(writev), FOUND(read), FOUND(pread), FOUND(ftruncate), FOUND(fsync),
    FOUND(fdatasync), FOUND(syncfs), FOUND(aio_fsync), FOUND(aio_error), FOUND(aio_return), FOUND(aio_suspend),
    FOUND(renameat), FOUND(rename), FOUND(unlinkat), FOUND(unlink), FOUND(linkat), FOUND(symlinkat), FOUND(mkdirat),
    FOUND(fchmod), FOUND(chmod), FOUND(fchown), FOUND(fchownat), FOUND(futimens), FOUND(utimensat), FOUND(fsetxattr),
    FOUND(lsetxattr), FOUND(fremovexattr), FOUND(openat), FOUND(open), FOUND(close), FOUND(syscall),
};

static int find_aio(void *handle) {
  real_aio_fsync = (int (*)(int, struct aiocb *))real_dlsym(handle, "aio_fsync");
  real_aio_error = (int (*)(const struct aiocb *))real_dlsym(handle, "aio_error");
  real_aio_return = (ssize_t(*)(struct aiocb *))real_dlsym(handle, "aio_return");
  real_aio_suspend = (int (*)(const struct aiocb *const[], int, const struct timespec *))real_dlsym(handle, "aio_suspend");
  return real_aio_fsync && real_aio_error && real_aio_return && real_aio_suspend;
}

void *dlsym(void *handle, const char *name) {
  find_dlsym();
  /* RTLD_DEFAULT and RTLD_NEXT are asked by the runtime itself, about its own library. */
  if (!ready || handle == RTLD_DEFAULT || handle == RTLD_NEXT) return real_dlsym(handle, name);
  void *found = real_dlsym(handle, name);
  if (found == NULL) return NULL;
  for (size_t i = 0; i < sizeof FOUND_BY_NAME / sizeof *FOUND_BY_NAME; i++) {
    if (strcmp(name, FOUND_BY_NAME[i].name) != 0) continue;
    if (strncmp(name, "aio_", 4) == 0 && !find_aio(handle)) return found;
    return FOUND_BY_NAME[i].function;
  }
  return found;
}
