/*
 * A file layer for the durability proof: a copy of every file below SYNCED_FROM grows below
 * SYNCED_TO, and holds only what was synced. Writes are remembered and reach the copy when fsync or
 * fdatasync on that file has returned; what a process wrote without syncing dies with it, as in a
 * power cut. Preloaded (LD_PRELOAD); memory-mapped writes are not seen, so leave those files out.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct change {
  struct change *next;
  char path[PATH_MAX];
  off_t offset; /* for a truncation: the new length */
  size_t length;
  int truncates;
  char data[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct change *first, **last = &first;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* The path of an open file below SYNCED_FROM, relative to it; 0 for any other file. */
static int watched(int fd, char *relative) {
  static char *from;
  if (!from) from = getenv("SYNCED_FROM");
  if (!from || !getenv("SYNCED_TO")) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  size_t prefix = strlen(from);
  if (strncmp(path, from, prefix) || path[prefix] != '/') return 0;
  if (strlen(path) > 4 && !strcmp(path + strlen(path) - 4, "-shm")) return 0;
  strcpy(relative, path + prefix + 1);
  return 1;
}

static void remember(int fd, const void *data, size_t length, off_t offset, int truncates) {
  int saved = errno;
  char relative[PATH_MAX];
  if (watched(fd, relative)) {
    struct change *change = malloc(sizeof *change + length);
    if (!change) abort();
    strcpy(change->path, relative);
    change->offset = offset;
    change->length = length;
    change->truncates = truncates;
    change->next = NULL;
    if (length) memcpy(change->data, data, length);
    pthread_mutex_lock(&lock);
    *last = change;
    last = &change->next;
    pthread_mutex_unlock(&lock);
  }
  errno = saved;
}

static void make_parents(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    mkdir(path, 0755);
    *slash = '/';
  }
}

static void write_all(int fd, const char *data, size_t length, off_t offset) {
  ssize_t (*real_pwrite)(int, const void *, size_t, off_t) = real("pwrite");
  while (length > 0) {
    ssize_t n = real_pwrite(fd, data, length, offset);
    if (n <= 0) abort();
    data += n, length -= n, offset += n;
  }
}

/* The file was synced: what was written to it so far is on the disk now. */
static void apply(int synced) {
  int saved = errno;
  char relative[PATH_MAX], target[2 * PATH_MAX];
  if (watched(synced, relative)) {
    snprintf(target, sizeof target, "%s/%s", getenv("SYNCED_TO"), relative);
    make_parents(target);
    pthread_mutex_lock(&lock);
    int fd = open(target, O_RDWR | O_CREAT, 0644);
    int (*real_ftruncate)(int, off_t) = real("ftruncate");
    if (fd < 0) abort();
    for (struct change **link = &first, *change; (change = *link);) {
      if (strcmp(change->path, relative)) {
        link = &change->next;
        continue;
      }
      if (change->truncates) {
        if (real_ftruncate(fd, change->offset)) abort();
      } else {
        write_all(fd, change->data, change->length, change->offset);
      }
      *link = change->next;
      free(change);
    }
    for (last = &first; *last; last = &(*last)->next) {}
    close(fd);
    pthread_mutex_unlock(&lock);
  }
  errno = saved;
}

#define PWRITE(name)                                                          \
  ssize_t name(int fd, const void *data, size_t length, off_t offset) {       \
    ssize_t (*call)(int, const void *, size_t, off_t) = real(#name);          \
    ssize_t n = call(fd, data, length, offset);                               \
    if (n > 0) remember(fd, data, n, offset, 0);                              \
    return n;                                                                 \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

ssize_t write(int fd, const void *data, size_t length) {
  ssize_t (*call)(int, const void *, size_t) = real("write");
  ssize_t n = call(fd, data, length);
  if (n > 0) {
    off_t end = lseek(fd, 0, SEEK_CUR);
    if (end >= n) remember(fd, data, n, end - n, 0);
  }
  return n;
}

#define FTRUNCATE(name)                          \
  int name(int fd, off_t length) {               \
    int (*call)(int, off_t) = real(#name);       \
    int result = call(fd, length);               \
    if (!result) remember(fd, "", 0, length, 1); \
    return result;                               \
  }
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

/* A removed file is gone from the copy as well, with what was remembered of it. */
int unlink(const char *path) {
  int (*call)(const char *) = real("unlink");
  int result = call(path);
  int saved = errno;
  const char *from = getenv("SYNCED_FROM"), *to = getenv("SYNCED_TO");
  size_t prefix = from ? strlen(from) : 0;
  if (!result && from && to && !strncmp(path, from, prefix) && path[prefix] == '/') {
    char target[2 * PATH_MAX];
    snprintf(target, sizeof target, "%s%s", to, path + prefix);
    pthread_mutex_lock(&lock);
    for (struct change **link = &first, *change; (change = *link);) {
      if (strcmp(change->path, path + prefix + 1)) {
        link = &change->next;
        continue;
      }
      *link = change->next;
      free(change);
    }
    for (last = &first; *last; last = &(*last)->next) {}
    pthread_mutex_unlock(&lock);
    call(target);
  }
  errno = saved;
  return result;
}

#define SYNC(name)                    \
  int name(int fd) {                  \
    int (*call)(int) = real(#name);   \
    int result = call(fd);            \
    if (!result) apply(fd);           \
    return result;                    \
  }
SYNC(fsync)
SYNC(fdatasync)
