/* Checkpoints: what was saved comes back; whatever is damaged or of another configuration does not.
 * And the lock that keeps two runs apart. */
#include "experiments/checkpoint.h"
#include "experiments/lock.h"
#include "suite.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VALUES = 5, LARGEST = 1 << 16 };

static const char text[] =
    "seed: 3\n"
    "dataset: {name: mnist}\n"
    "network:\n"
    "  layers:\n"
    "    - {name: first, synapses: digital, outputs: 4, kernel: 5}\n"
    "    - {name: second, type: dense, pool: none, synapses: digital, outputs: 4}\n";

static char folder[64];
static char path[128];
static xh_config config;
static xh_error error;

static void load(const char *override, xh_config *loaded) {
    const xh_status status = xh_config_parse("test.yaml", text, strlen(text), &override,
                                             override ? 1 : 0, loaded, &error);
    ck_assert_msg(status == XH_OK, "%s", error.text);
}

static void set_up(void) {
    snprintf(folder, sizeof(folder), "/tmp/test_checkpoint.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/result.h5.checkpoint", folder);
    memset(&error, 0, sizeof(error));
    load(NULL, &config);
}

/* Nothing is left beside the checkpoint itself. */
static void tear_down(void) {
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void visit(void *context, xh_state *state) {
    xh_state_floats(state, "values", VALUES, context);
}

static void save(void) {
    float values[VALUES] = {1, 2, 3, 4, 5};
    ck_assert_msg(xh_checkpoint_write(path, &config, visit, values, &error) == XH_OK, "%s",
                  error.text);
}

static xh_status open_with(const xh_config *wanted, xh_checkpoint **checkpoint) {
    return xh_checkpoint_open(path, wanted, checkpoint, &error);
}

START_TEST(what_was_saved_comes_back) {
    float values[VALUES] = {0};
    xh_checkpoint *checkpoint = NULL;
    save();
    save(); /* over itself */
    ck_assert_msg(open_with(&config, &checkpoint) == XH_OK, "%s", error.text);
    ck_assert_int_eq(xh_checkpoint_load(checkpoint, visit, values, &error), XH_OK);
    ck_assert(values[0] == 1 && values[VALUES - 1] == VALUES);
    xh_checkpoint_close(checkpoint);
    xh_checkpoint_close(NULL);
    xh_checkpoint_remove(path);
    checkpoint = (xh_checkpoint *)(void *)values;
    ck_assert_int_eq(open_with(&config, &checkpoint), XH_OK);
    ck_assert_ptr_null(checkpoint);
}
END_TEST

static void visit_more(void *context, xh_state *state) {
    visit(context, state);
    visit(context, state);
}

static void visit_nothing(void *context, xh_state *state) {
    (void)context;
    (void)state;
}

START_TEST(another_state_is_refused) {
    xh_checkpoint_visit *const visits[] = {visit_more, visit_nothing};
    save();
    for (size_t i = 0; i < 2; i++) {
        float values[VALUES];
        xh_checkpoint *checkpoint = NULL;
        ck_assert_int_eq(open_with(&config, &checkpoint), XH_OK);
        ck_assert_int_ne(xh_checkpoint_load(checkpoint, visits[i], values, &error), XH_OK);
        ck_assert_ptr_nonnull(strstr(error.text, "is of another program"));
        xh_checkpoint_close(checkpoint);
    }
}
END_TEST

START_TEST(the_first_key_that_differs_is_named) {
    static const char *const rows[][2] = {
        {"seed=4", "seed is 3 there and 4 here"},
        {"network.layers.1.rate=0.5", "network.layers.1.rate is "},
        {"training.batch=77", " there and 77 here"},
    };
    save();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xh_config other;
        xh_checkpoint *checkpoint = NULL;
        load(rows[i][0], &other);
        ck_assert_int_eq(open_with(&other, &checkpoint), XH_INPUT);
        ck_assert_ptr_nonnull(strstr(error.text, path));
        ck_assert_msg(strstr(error.text, rows[i][1]) != NULL, "%s", error.text);
    }
}
END_TEST

/* A layer more, and a layer less. */
START_TEST(a_part_that_is_missing_is_named) {
    xh_config other = config;
    xh_checkpoint *checkpoint = NULL;
    save();
    other.layer_count = 1;
    ck_assert_int_eq(open_with(&other, &checkpoint), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "network.layers.1 is something else there and not"));
    ck_assert_int_eq(xh_checkpoint_write(path, &other, visit_nothing, NULL, &error), XH_OK);
    ck_assert_int_eq(open_with(&config, &checkpoint), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "network.layers.1 is not there there and something"));
}
END_TEST

static size_t read_file(unsigned char bytes[LARGEST]) {
    FILE *stream = fopen(path, "rb");
    ck_assert_ptr_nonnull(stream);
    const size_t size = fread(bytes, 1, LARGEST, stream);
    fclose(stream);
    ck_assert_uint_lt(size, LARGEST);
    return size;
}

static void write_file(const unsigned char *bytes, size_t size) {
    FILE *stream = fopen(path, "wb");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(bytes, 1, size, stream), size);
    ck_assert_int_eq(fclose(stream), 0);
}

/* Any byte that is another, any that is missing, one too many. */
START_TEST(damage_is_found) {
    static unsigned char bytes[LARGEST];
    xh_checkpoint *checkpoint = NULL;
    save();
    const size_t size = read_file(bytes);
    for (size_t i = 0; i < size; i += i < 100 ? 1 : 61) {
        bytes[i] ^= 0x10;
        write_file(bytes, size);
        ck_assert_int_eq(open_with(&config, &checkpoint), XH_INPUT);
        bytes[i] ^= 0x10;
        write_file(bytes, i);
        ck_assert_int_eq(open_with(&config, &checkpoint), XH_INPUT);
        ck_assert_ptr_nonnull(strstr(error.text, "is damaged: "));
    }
    write_file(bytes, size + 1);
    ck_assert_int_eq(open_with(&config, &checkpoint), XH_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "too long"));
    write_file(bytes, size);
    ck_assert_int_eq(open_with(&config, &checkpoint), XH_OK);
    xh_checkpoint_close(checkpoint);
}
END_TEST

static void visit_badly(void *context, xh_state *state) {
    (void)context;
    xh_error_set(&state->error, XH_MEMORY, "no memory for this test");
}

START_TEST(a_failure_leaves_the_file_as_it_was) {
    xh_checkpoint *checkpoint = NULL;
    save();
    ck_assert_int_eq(xh_checkpoint_write(path, &config, visit_badly, NULL, &error), XH_MEMORY);
    ck_assert_ptr_nonnull(strstr(error.text, "no memory for this test"));
    ck_assert_int_eq(xh_checkpoint_write("/nowhere/x", &config, visit_nothing, NULL, &error),
                     XH_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "/nowhere/x: cannot be written: No such file"));
    ck_assert_int_eq(open_with(&config, &checkpoint), XH_OK);
    xh_checkpoint_close(checkpoint);
}
END_TEST

START_TEST(one_run_holds_the_lock) {
    char result[96], file[112];
    snprintf(result, sizeof(result), "%s/result.h5", folder);
    snprintf(file, sizeof(file), "%s.lock", result);
    xh_lock one = {0}, two = {0};
    ck_assert_int_eq(xh_lock_take(result, &one, &error), XH_OK);
    ck_assert_int_eq(access(file, F_OK), 0);
    ck_assert_int_eq(xh_lock_take(result, &two, &error), XH_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "another run is writing"));
    xh_lock_release(&two);
    ck_assert_int_eq(access(file, F_OK), 0);
    xh_lock_release(&one);
    ck_assert_int_ne(access(file, F_OK), 0);
    ck_assert_int_eq(xh_lock_take(result, &two, &error), XH_OK);
    xh_lock_release(&two);
    ck_assert_int_eq(xh_lock_take("/nowhere/x", &one, &error), XH_IO);
}
END_TEST

/* The lock of a process that is gone, whose file is still there, can be taken. */
START_TEST(a_lock_ends_with_its_process) {
    char result[96];
    xh_lock lock = {0};
    snprintf(result, sizeof(result), "%s/result.h5", folder);
    const pid_t child = fork();
    if (child == 0) {
        _exit(xh_lock_take(result, &lock, NULL) == XH_OK ? 0 : 1);
    }
    int status = 1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_msg(xh_lock_take(result, &lock, &error) == XH_OK, "%s", error.text);
    xh_lock_release(&lock);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        what_was_saved_comes_back,
        another_state_is_refused,
        the_first_key_that_differs_is_named,
        a_part_that_is_missing_is_named,
        damage_is_found,
        a_failure_leaves_the_file_as_it_was,
        one_run_holds_the_lock,
        a_lock_ends_with_its_process,
    };
    return xh_suite_run_in("checkpoint", tests, sizeof(tests) / sizeof(tests[0]), set_up,
                           tear_down);
}
