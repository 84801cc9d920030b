/*
 * Measures every fsync and fdatasync of a process, and can slow them down as an SD card would.
 * Preloaded (LD_PRELOAD). FSYNC_METER names a file of 8 + 4 * 65536 octets: a count, then the
 * microseconds of the newest calls in a ring. FSYNC_DELAY_MS is added to each call.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define RING 65536
struct meter {
  uint64_t count;
  uint32_t micros[RING];
};
static struct meter *meter;
static long delay_ms;

__attribute__((constructor)) static void open_meter(void) {
  const char *path = getenv("FSYNC_METER"), *delay = getenv("FSYNC_DELAY_MS");
  delay_ms = delay ? atol(delay) : 0;
  if (!path) return;
  int fd = open(path, O_RDWR | O_CREAT, 0644);
  if (fd < 0 || ftruncate(fd, sizeof *meter)) return;
  void *map = mmap(NULL, sizeof *meter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (map != MAP_FAILED) meter = map;
}

static int measured(const char *name, int fd) {
  int (*call)(int) = dlsym(RTLD_NEXT, name);
  struct timespec start, end, pause = {delay_ms / 1000, delay_ms % 1000 * 1000000};
  clock_gettime(CLOCK_MONOTONIC, &start);
  int result = call(fd);
  if (delay_ms > 0) nanosleep(&pause, NULL);
  clock_gettime(CLOCK_MONOTONIC, &end);
  if (meter) {
    uint64_t micros = (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000;
    meter->micros[__atomic_fetch_add(&meter->count, 1, __ATOMIC_RELAXED) % RING] = micros;
  }
  return result;
}

int fsync(int fd) { return measured("fsync", fd); }
int fdatasync(int fd) { return measured("fdatasync", fd); }
