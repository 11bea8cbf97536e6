/* Workers: starting this program for one run, and understanding how it ended. */
#include "sweep_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { ARGUMENTS = 24, NUMBER_SIZE = 32 };

/* The command line of a run, with room for its numbers. */
typedef struct command_line {
    char *words[ARGUMENTS];
    size_t count;
    char numbers[4][NUMBER_SIZE];
} command_line;

/* execv takes words that it could change, but does not. */
static void add(command_line *line, const char *name, const char *value) {
    union {
        const char *constant;
        char *word;
    } words[] = {{name}, {value}};
    line->words[line->count++] = words[0].word;
    if (value) {
        line->words[line->count++] = words[1].word;
    }
}

static void make_line(const xh_sweep_plan *plan, size_t run, int threads, command_line *line) {
    *line = (command_line){.count = 0};
    snprintf(line->numbers[0], NUMBER_SIZE, "%zu", run);
    snprintf(line->numbers[1], NUMBER_SIZE, "%d", threads);
    snprintf(line->numbers[2], NUMBER_SIZE, "%zu", plan->memory);
    snprintf(line->numbers[3], NUMBER_SIZE, "%.17g", plan->checkpoint);
    add(line, "crosshebb", "sweep");
    add(line, "--out", plan->folder);
    add(line, "--only", line->numbers[0]);
    add(line, "--threads", line->numbers[1]);
    add(line, "--memory", line->numbers[2]);
    if (plan->checkpoint > 0) {
        add(line, "--checkpoint", line->numbers[3]);
    }
    if (plan->data) {
        add(line, "--data", plan->data);
    }
    add(line, "--", plan->file);
}

/* The child's side: says all into the pipe, ends when its parent does, becomes the run. */
static void become(const command_line *line, pid_t parent, int output) {
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* a sweep that was killed leaves no runs behind */
#endif
    if (getppid() == parent) {
        /* The very program that runs, even if another has taken its name since. */
        execv("/proc/self/exe", line->words);
    }
    _exit(EXIT_FAILURE);
}

xh_status xh_worker_start(const xh_sweep_plan *plan, size_t run, int threads, xh_worker *worker,
                          xh_error *error) {
    command_line line;
    int ends[2];
    make_line(plan, run, threads, &line);
    if (pipe(ends) != 0) {
        return xh_error_set(error, XH_FAILED, "no pipe for a run: %s", strerror(errno));
    }
    /* No other run may hold the pipe open. */
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    const pid_t parent = getpid();
    const pid_t process = fork();
    if (process == 0) {
        become(&line, parent, ends[1]);
    }
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        return xh_error_set(error, XH_FAILED, "no process for a run: %s", strerror(errno));
    }
    *worker = (xh_worker){.run = run, .threads = threads, .process = process, .pipe = ends[0]};
    return XH_OK;
}

bool xh_worker_listen(xh_worker *worker, int milliseconds) {
    struct pollfd waiting = {.fd = worker->pipe, .events = POLLIN};
    char rest[XH_ERROR_TEXT]; /* of one who says too much, the beginning is kept */
    while (poll(&waiting, 1, milliseconds) > 0) {
        const size_t room = sizeof(worker->said) - 1 - worker->length;
        const ssize_t count = room > 0 ? read(worker->pipe, worker->said + worker->length, room)
                                       : read(worker->pipe, rest, sizeof(rest));
        if (count == 0 || (count < 0 && errno != EINTR)) {
            return false;
        }
        worker->length += room > 0 && count > 0 ? (size_t)count : 0;
        milliseconds = 0;
    }
    return true;
}

/* Cuts the text at its first line's end, and returns what follows. */
static char *cut_line(char *text) {
    char *end = text + strcspn(text, "\n");
    char *next = *end ? end + 1 : end;
    *end = '\0';
    return next;
}

xh_worker_end xh_worker_finish(xh_worker *worker, char message[XH_ERROR_TEXT]) {
    int status = 0;
    close(worker->pipe);
    while (waitpid(worker->process, &status, 0) < 0 && errno == EINTR) {
    }
    worker->process = 0;
    worker->said[worker->length] = '\0';
    char *reason = cut_line(worker->said);
    snprintf(message, XH_ERROR_TEXT, "%s", reason);
    cut_line(message);
    if (WIFSIGNALED(status)) {
        snprintf(message, XH_ERROR_TEXT, "its process was ended by signal %d (%s)",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
        return XH_WORKER_LOST;
    }
    if (WEXITSTATUS(status) == xh_status_exit(XH_OK)) {
        return XH_WORKER_COMPLETE;
    }
    if (WEXITSTATUS(status) == xh_status_exit(XH_INTERRUPTED)) {
        return XH_WORKER_STOPPED;
    }
    if (!message[0]) {
        snprintf(message, XH_ERROR_TEXT, "%.500s (exit status %d)", worker->said,
                 WEXITSTATUS(status));
    }
    return strcmp(worker->said, xh_status_text(XH_IO)) == 0 ? XH_WORKER_BROKEN : XH_WORKER_FAILED;
}

void xh_worker_stop(const xh_worker *worker) {
    kill(worker->process, SIGTERM);
}

void xh_worker_report(xh_status status) {
    puts(xh_status_text(status));
    fflush(stdout);
}
