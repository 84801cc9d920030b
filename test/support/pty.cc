// A pseudo terminal for serial tests. Prints the name of its slave side and a line feed, then copies
// standard input to the slave and what the slave writes to standard output. End of input hangs up.
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

int main() {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return 1;
  const char *name = ptsname(master);
  if (name == NULL) return 1;
  // Held open, so that the master sees no hang-up between two users of the slave.
  int slave = open(name, O_RDWR | O_NOCTTY);
  struct termios raw;
  if (slave < 0 || tcgetattr(slave, &raw) != 0) return 1;
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  printf("%s\n", name);
  fflush(stdout);
  struct pollfd polled[2] = {{0, POLLIN, 0}, {master, POLLIN, 0}};
  char buffer[4096];
  for (;;) {
    if (poll(polled, 2, -1) < 0) return 1;
    if (polled[0].revents != 0) {
      ssize_t got = read(0, buffer, sizeof buffer);
      if (got <= 0) return 0;
      if (write(master, buffer, got) != got) return 1;
    }
    if (polled[1].revents != 0) {
      ssize_t got = read(master, buffer, sizeof buffer);
      if (got <= 0) return 0;
      if (write(1, buffer, got) != got) return 1;
    }
  }
}
