/* Runs that are killed or interrupted at given moments and go on: every bit of the result is that
 * of a run that was left alone. */
#include "run_rig.h"

#include <sys/wait.h>
#include <time.h>

/* A place that a run passes: so many images or epochs of a stage are done. */
typedef struct moment {
    const char *stage;
    size_t done;
} moment;

static const moment moments[] = {
    {"first", 24},     {"first", TRAIN}, {"second", 0},    {"second", 32},
    {"features", 100}, {"readout", 1},   {"inference", 1},
};
enum { MOMENTS = sizeof(moments) / sizeof(moments[0]), ROOM = 4096 };

static volatile sig_atomic_t stop;
static const moment *wanted;
static bool is_killed; /* the run at its moment, else it is interrupted */
static char noted[512];

/* Progress is told at most ten times a second: with a pause after each, every time. */
static void reach(const xh_progress *progress, void *context) {
    (void)context;
    const struct timespec pause = {0, 110000000};
    if (strcmp(progress->stage, wanted->stage) != 0) {
        return;
    }
    if (progress->done >= wanted->done) {
        if (is_killed) {
            _exit(9);
        }
        stop = 1;
    }
    nanosleep(&pause, NULL);
}

static void keep_note(const char *text, void *context) {
    (void)context;
    snprintf(noted, sizeof(noted), "%s", text);
}

static xh_run_options stopped_at(const moment *place) {
    xh_run_options stopped = options();
    stopped.checkpoint_seconds = 1e-9;
    stopped.progress = reach;
    stopped.interrupt = &stop;
    wanted = place;
    stop = 0;
    return stopped;
}

static void kill_at(const moment *place) {
    const pid_t child = fork();
    if (child == 0) {
        is_killed = true;
        _exit(xh_run(&config, stopped_at(place), &result, NULL) == XH_OK ? 0 : 1);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 9);
}

static void interrupt_at(const moment *place) {
    ck_assert_int_eq(xh_run(&config, stopped_at(place), &result, &error), XH_INTERRUPTED);
    ck_assert_ptr_nonnull(strstr(error.text, "--resume goes on from "));
}

static void go_on(int threads) {
    xh_run_options resumed = options();
    resumed.resume = true;
    resumed.threads = threads;
    resumed.note = keep_note;
    ck_assert_msg(xh_run(&config, resumed, &result, &error) == XH_OK, "%s", error.text);
}

static bool exists(const char *suffix) {
    char path[PATH_SIZE + 32];
    snprintf(path, sizeof(path), "%s%s", out, suffix);
    return access(path, F_OK) == 0;
}

/* What a result holds, the figures of the machine apart. */
typedef struct figures {
    xh_run_result result;
    size_t count;
    double values[ROOM];
} figures;

static void gather(figures *all) {
    static const char *const sets[] = {
        "/train/first/image",
        "/train/first/energy",
        "/train/first/winner_entropy",
        "/train/second/image",
        "/train/second/latency",
        "/train/second/cosine_to_start",
        "/readout/epoch",
        "/readout/loss",
        "/readout/test_accuracy",
        "/inference/test_accuracy",
        "/inference/compensated_accuracy",
        "/inference/compensation_energy",
        "/layers/first/conductance",
        "/layers/second/mean",
        "/layers/second/conductance",
        "/wear/second/devices",
    };
    all->result = result;
    all->count = 0;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        all->count += read_set(sets[i], ROOM - all->count, all->values + all->count);
    }
}

static void assert_same(const figures *a, const figures *b) {
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_mem_eq(a->values, b->values, a->count * sizeof(double));
    ck_assert_mem_eq(&a->result.ledger, &b->result.ledger, sizeof(a->result.ledger));
    ck_assert_mem_eq(&a->result.cost, &b->result.cost, sizeof(a->result.cost));
    ck_assert_mem_eq(a->result.layers, b->result.layers, sizeof(a->result.layers));
    ck_assert(a->result.test_accuracy == b->result.test_accuracy &&
              a->result.train_accuracy == b->result.train_accuracy &&
              a->result.images == b->result.images &&
              a->result.training_joules == b->result.training_joules &&
              a->result.training_seconds == b->result.training_seconds);
}

static figures whole, other;

/* With all that can be compared in the result. */
static void configure(void) {
    set_up();
    load((const char *const[]){"output.weights=true", "output.conductances=true",
                               "training.rest_seconds=60", "training.epochs=2",
                               "training.images=50", "readout.epochs=3",
                               "crossbar.compensation=tile", "inference.after=1 h, 1 d"},
         8);
}

/* What comes of it uninterrupted, once for all tests. */
static void run_whole(void) {
    configure();
    run();
    gather(&whole);
    ck_assert(!exists(".checkpoint") && !exists(".lock"));
    tear_down();
}

START_TEST(killed_runs_go_on) {
    kill_at(&moments[_i]);
    ck_assert(exists(".checkpoint") && exists(".part") && !exists(""));
    go_on(2);
    ck_assert_ptr_nonnull(strstr(noted, "goes on after "));
    ck_assert(!exists(".checkpoint") && !exists(".checkpoint.readout") && !exists(".lock"));
    gather(&other);
    assert_same(&whole, &other);
}
END_TEST

START_TEST(interrupted_runs_go_on) {
    interrupt_at(&moments[_i]);
    ck_assert(exists(".checkpoint") && exists(".part") && !exists("") && !exists(".lock"));
    go_on(1);
    gather(&other);
    assert_same(&whole, &other);
}
END_TEST

/* Wall time is that of all sessions. */
START_TEST(sessions_add_up) {
    interrupt_at(&moments[3]);
    const double first = result.wall_seconds;
    go_on(1);
    ck_assert_double_gt(result.wall_seconds, first);
    ck_assert_double_lt(result.images / result.train_images_per_second, result.wall_seconds);
}
END_TEST

START_TEST(a_complete_result_is_left_alone) {
    run();
    const xh_run_result before = result;
    ck_assert(!before.recalled);
    go_on(1);
    ck_assert(result.recalled);
    ck_assert_ptr_nonnull(strstr(noted, "is complete"));
    ck_assert_double_eq(result.test_accuracy, before.test_accuracy);
    ck_assert_double_eq(result.train_accuracy, before.train_accuracy);
    xh_run_options resumed = options();
    resumed.resume = true;
    config.readout.epochs = 2;
    ck_assert_int_eq(xh_run(&config, resumed, &result, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "readout.epochs is 3 there and 2 here"));
}
END_TEST

START_TEST(a_run_without_checkpoint_starts_anew) {
    go_on(1);
    ck_assert_ptr_nonnull(strstr(noted, "the run starts anew"));
    ck_assert(!result.recalled && exists(""));
}
END_TEST

/* A checkpoint of another configuration is refused; without --resume it is of no account. */
START_TEST(a_new_run_forgets_the_old) {
    interrupt_at(&moments[5]);
    ck_assert(exists(".checkpoint.readout"));
    config.experiment.seed = 4;
    xh_run_options resumed = options();
    resumed.resume = true;
    ck_assert_int_eq(xh_run(&config, resumed, &result, &error), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "seed is 3 there and 4 here"));
    interrupt_at(&moments[1]);
    ck_assert(exists(".checkpoint") && !exists(".checkpoint.readout"));
    go_on(1);
    ck_assert_double_eq(result.images, whole.result.images);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("resume");
    TCase *tcase = tcase_create("resume");
    tcase_add_unchecked_fixture(tcase, run_whole, NULL);
    tcase_add_checked_fixture(tcase, configure, tear_down);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, killed_runs_go_on, 0, MOMENTS);
    tcase_add_loop_test(tcase, interrupted_runs_go_on, 0, MOMENTS);
    tcase_add_test(tcase, sessions_add_up);
    tcase_add_test(tcase, a_complete_result_is_left_alone);
    tcase_add_test(tcase, a_run_without_checkpoint_starts_anew);
    tcase_add_test(tcase, a_new_run_forgets_the_old);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
