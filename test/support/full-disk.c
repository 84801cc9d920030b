/*
 * Makes a folder look full to one process: preloaded (LD_PRELOAD), while the file named by
 * FULL_DISK_WHILE exists, no file below FULL_DISK can grow (ENOSPC), and statfs finds nothing free.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_below(const char *path) {
  const char *folder = getenv("FULL_DISK"), *flag = getenv("FULL_DISK_WHILE");
  return folder && flag && !strncmp(path, folder, strlen(folder)) && !access(flag, F_OK);
}

static int no_room(int fd, off_t end) {
  char link[64], path[4096];
  struct stat now;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (!is_below(path) || fstat(fd, &now) || !S_ISREG(now.st_mode) || end <= now.st_size) return 0;
  errno = ENOSPC;
  return 1;
}

ssize_t write(int fd, const void *data, size_t size) {
  off_t at = lseek(fd, 0, SEEK_CUR);
  if (at >= 0 && no_room(fd, at + (off_t)size)) return -1;
  return REAL(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  return no_room(fd, at + (off_t)size) ? -1 : REAL(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  return no_room(fd, at + (off_t)size) ? -1 : REAL(pwrite64)(fd, data, size, at);
}
int ftruncate(int fd, off_t size) { return no_room(fd, size) ? -1 : REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return no_room(fd, size) ? -1 : REAL(ftruncate64)(fd, size); }

int statfs(const char *path, struct statfs *found) {
  int result = REAL(statfs)(path, found);
  if (!result && is_below(path)) found->f_bavail = found->f_bfree = 0;
  return result;
}
int statfs64(const char *path, struct statfs64 *found) {
  int result = REAL(statfs64)(path, found);
  if (!result && is_below(path)) found->f_bavail = found->f_bfree = 0;
  return result;
}
