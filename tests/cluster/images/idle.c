/* The one program of the test images: waits for ever, reaps its children, ends on TERM or INT.
   `idle sleep N` sleeps N seconds; `idle noreap` never reaps, so that zombies stay; `idle deaf` takes no TERM, INT or HUP;
   `idle flood` writes numbered lines as fast as it can; `idle orphan` leaves a child that has left its session and goes on. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_end(int sig) { (void)sig; _exit(0); }
static void on_child(int sig) { (void)sig; while (waitpid(-1, 0, WNOHANG) > 0) {} }

int main(int argc, char **argv) {
    const char *how = argc > 1 ? argv[1] : "";
    if (!strcmp(how, "sleep") && argc > 2) { sleep((unsigned)atoi(argv[2])); return 0; }
    if (!strcmp(how, "flood")) { for (unsigned long i = 0;; i++) printf("line %lu of a program that does not stop\n", i); }
    if (!strcmp(how, "orphan")) {
        if (fork() > 0) return 0;
        setsid();
    }
    int deaf = !strcmp(how, "deaf");
    signal(SIGTERM, deaf ? SIG_IGN : on_end);
    signal(SIGINT, deaf ? SIG_IGN : on_end);
    if (deaf) signal(SIGHUP, SIG_IGN);
    if (strcmp(how, "noreap")) signal(SIGCHLD, on_child);
    for (;;) pause();
}
