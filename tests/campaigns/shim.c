/* Loaded with LD_PRELOAD: counts write-like calls on files below one directory and, at the N-th, kills the process or
   fails the call. Armed by `fault_arm` (ctypes) or by FAULTS_PREFIX, FAULTS_AT, FAULTS_ACTION and FAULTS_SPAN.
   FAULTS_CLOCK_S moves the wall clock by so many seconds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum action { COUNT = 0, KILL = 1, KILL_TORN = 2, NO_SPACE = 3, FAILED_SYNC = 4, FAILED_WRITE = 5 };
enum call { WRITES, SYNCS, MAKES, NAMES, REMOVES };

static char prefix[4096];
static size_t prefix_length;
static atomic_long counted, failed;
static atomic_int armed;
static long at, span;
static enum action action;
static long clock_s;

void fault_arm(const char *below, long from, int what, long for_calls) {
    strncpy(prefix, below, sizeof prefix - 1);
    prefix_length = strlen(prefix);
    at = from; action = what; span = for_calls;
    atomic_store(&counted, 0);
    atomic_store(&failed, 0);
    atomic_store(&armed, 1);
}

void fault_disarm(void) { atomic_store(&armed, 0); }
long fault_count(void) { return atomic_load(&counted); }
long fault_failed(void) { return atomic_load(&failed); }

__attribute__((constructor)) static void from_environment(void) {
    const char *below = getenv("FAULTS_PREFIX"), *from = getenv("FAULTS_AT"), *what = getenv("FAULTS_ACTION");
    const char *for_calls = getenv("FAULTS_SPAN"), *moved = getenv("FAULTS_CLOCK_S");
    if (moved) clock_s = atol(moved);
    if (below && from && what) fault_arm(below, atol(from), atoi(what), for_calls ? atol(for_calls) : 1);
}

static int below_prefix(const char *path) {
    return strncmp(path, prefix, prefix_length) == 0;
}

static int is_watched_fd(int fd) {
    char link[64], path[4096];
    if (!atomic_load(&armed)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 2);
    if (length <= 0) return 0;
    path[length] = '/'; /* the directory itself is watched too */
    path[length + 1] = 0;
    return below_prefix(path);
}

static int is_watched_path(int directory, const char *path) {
    if (!atomic_load(&armed) || !path) return 0;
    return path[0] == '/' ? below_prefix(path) : directory != AT_FDCWD && is_watched_fd(directory);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* 0: make the call. Otherwise errno for a call that fails. -1: write half of it and die. */
static int meet(enum call call) {
    long number = atomic_fetch_add(&counted, 1) + 1;
    if (action == COUNT || number < at) return 0;
    switch (action) {
    case KILL: if (number == at) die(); return 0;
    case KILL_TORN: if (number != at) return 0; if (call != WRITES) die(); return -1;
    default: break;
    }
    if (number >= at + span) return 0;
    int error = 0;
    if (action == NO_SPACE && (call == WRITES || call == MAKES || call == NAMES)) error = ENOSPC;
    if (action == FAILED_SYNC && call == SYNCS) error = EIO;
    if (action == FAILED_WRITE && (call == WRITES || call == SYNCS)) error = EIO;
    if (error) atomic_fetch_add(&failed, 1);
    return error;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define MEET(watched, call) do { if (watched) { int error = meet(call); if (error < 0) die(); if (error) { errno = error; return -1; } } } while (0)

ssize_t write(int fd, const void *buffer, size_t count) {
    REAL(write);
    if (is_watched_fd(fd)) {
        int error = meet(WRITES);
        if (error < 0) { real(fd, buffer, count / 2); die(); }
        if (error) { errno = error; return -1; }
    }
    return real(fd, buffer, count);
}

ssize_t pwrite(int fd, const void *buffer, size_t count, off_t offset) {
    REAL(pwrite);
    if (is_watched_fd(fd)) {
        int error = meet(WRITES);
        if (error < 0) { real(fd, buffer, count / 2, offset); die(); }
        if (error) { errno = error; return -1; }
    }
    return real(fd, buffer, count, offset);
}

ssize_t pwrite64(int fd, const void *buffer, size_t count, off64_t offset) {
    REAL(pwrite64);
    if (is_watched_fd(fd)) {
        int error = meet(WRITES);
        if (error < 0) { real(fd, buffer, count / 2, offset); die(); }
        if (error) { errno = error; return -1; }
    }
    return real(fd, buffer, count, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    if (is_watched_fd(fd)) {
        int error = meet(WRITES);
        if (error < 0) { real(fd, parts, count > 1 ? count / 2 : 1); die(); }
        if (error) { errno = error; return -1; }
    }
    return real(fd, parts, count);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t count);
ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
    static ssize_t (*real)(int, int, off_t *, size_t);
    if (!real) real = (ssize_t (*)(int, int, off_t *, size_t))dlsym(RTLD_NEXT, "sendfile");
    MEET(is_watched_fd(out), WRITES);
    return real(out, in, offset, count);
}
ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) {
    static ssize_t (*real)(int, int, off64_t *, size_t);
    if (!real) real = (ssize_t (*)(int, int, off64_t *, size_t))dlsym(RTLD_NEXT, "sendfile64");
    MEET(is_watched_fd(out), WRITES);
    return real(out, in, offset, count);
}

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t count, unsigned flags) {
    REAL(copy_file_range);
    MEET(is_watched_fd(out), WRITES);
    return real(in, from, out, to, count, flags);
}

int fsync(int fd) { REAL(fsync); MEET(is_watched_fd(fd), SYNCS); return real(fd); }
int fdatasync(int fd) { REAL(fdatasync); MEET(is_watched_fd(fd), SYNCS); return real(fd); }
int ftruncate(int fd, off_t size) { REAL(ftruncate); MEET(is_watched_fd(fd), NAMES); return real(fd, size); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); MEET(is_watched_fd(fd), NAMES); return real(fd, size); }

static int refuse(int error) { errno = error; return error; }
int posix_fallocate(int fd, off_t offset, off_t size) {
    REAL(posix_fallocate);
    if (is_watched_fd(fd)) { int error = meet(NAMES); if (error > 0) return refuse(error); if (error) die(); }
    return real(fd, offset, size);
}
int posix_fallocate64(int fd, off64_t offset, off64_t size) {
    REAL(posix_fallocate64);
    if (is_watched_fd(fd)) { int error = meet(NAMES); if (error > 0) return refuse(error); if (error) die(); }
    return real(fd, offset, size);
}
int fallocate64(int fd, int mode, off64_t offset, off64_t size) {
    REAL(fallocate64); MEET(is_watched_fd(fd), NAMES); return real(fd, mode, offset, size);
}

#define OPENING(name, declared, directory, passed) \
    int name declared { \
        static int (*real)(int, const char *, int, ...); \
        mode_t mode = 0; \
        if (!real) real = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, passed); \
        if (flags & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); } \
        if (flags & (O_CREAT | O_TRUNC) && is_watched_path(directory, path)) { \
            struct stat found; \
            if (flags & O_TRUNC || fstatat(directory, path, &found, AT_SYMLINK_NOFOLLOW) != 0) MEET(1, MAKES); \
        } \
        return real(directory, path, flags, mode); \
    }
OPENING(open, (const char *path, int flags, ...), AT_FDCWD, "openat")
OPENING(open64, (const char *path, int flags, ...), AT_FDCWD, "openat64")
OPENING(openat, (int directory, const char *path, int flags, ...), directory, "openat")
OPENING(openat64, (int directory, const char *path, int flags, ...), directory, "openat64")

int unlink(const char *path) { REAL(unlink); MEET(is_watched_path(AT_FDCWD, path), REMOVES); return real(path); }
int rmdir(const char *path) { REAL(rmdir); MEET(is_watched_path(AT_FDCWD, path), REMOVES); return real(path); }
int unlinkat(int directory, const char *path, int flags) {
    REAL(unlinkat); MEET(is_watched_path(directory, path), REMOVES); return real(directory, path, flags);
}
int rename(const char *from, const char *to) {
    REAL(rename); MEET(is_watched_path(AT_FDCWD, to), NAMES); return real(from, to);
}
int renameat(int a, const char *from, int b, const char *to) {
    REAL(renameat); MEET(is_watched_path(b, to), NAMES); return real(a, from, b, to);
}
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    REAL(renameat2); MEET(is_watched_path(b, to), NAMES); return real(a, from, b, to, flags);
}
int link(const char *from, const char *to) {
    REAL(link); MEET(is_watched_path(AT_FDCWD, to), NAMES); return real(from, to);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
    REAL(linkat); MEET(is_watched_path(b, to), NAMES); return real(a, from, b, to, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir); MEET(is_watched_path(AT_FDCWD, path), MAKES); return real(path, mode);
}
int mkdirat(int directory, const char *path, mode_t mode) {
    REAL(mkdirat); MEET(is_watched_path(directory, path), MAKES); return real(directory, path, mode);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(clock_gettime);
    int result = real(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += clock_s;
    return result;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    static int (*real)(struct timeval *, void *);
    if (!real) real = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
    int result = real(now, zone);
    if (result == 0) now->tv_sec += clock_s;
    return result;
}
time_t time(time_t *kept) {
    REAL(time);
    time_t now = real(NULL) + clock_s;
    if (kept) *kept = now;
    return now;
}
