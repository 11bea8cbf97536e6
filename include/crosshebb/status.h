/**
 * Status codes and error texts.
 *
 * A function that can fail returns an xh_status and takes an xh_error, owned by the caller, that
 * receives one sentence with the offending value, its unit and the allowed range. On failure every
 * object is as it was.
 */
#ifndef CROSSHEBB_STATUS_H
#define CROSSHEBB_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/** X(name, exit status of the program, text). */
#define XH_STATUS_LIST(X)                                                                          \
    X(OK, 0, "done")                                                                               \
    X(FAILED, 1, "the run failed")                                                                 \
    X(MEMORY, 1, "out of memory")                                                                  \
    X(IO, 1, "a file could not be read or written")                                                \
    X(INPUT, 2, "the input is wrong")                                                              \
    X(INTERRUPTED, 130, "interrupted")

typedef enum xh_status {
#define XH_STATUS_ENUM(name, exit_status, text) XH_##name,
    XH_STATUS_LIST(XH_STATUS_ENUM)
#undef XH_STATUS_ENUM
} xh_status;

enum { XH_ERROR_TEXT = 1024 };

/** An error as its caller keeps it; all zero means none. */
typedef struct xh_error {
    xh_status status;
    char text[XH_ERROR_TEXT];
} xh_error;

/** What the status means, as a lower-case phrase. */
const char *xh_status_text(xh_status status);

/** The exit status of the program that ends with it (0, 1, 2 or 130). */
int xh_status_exit(xh_status status);

/**
 * Fills error (if not NULL) with a formatted sentence, cut at XH_ERROR_TEXT - 1 bytes, and
 * returns status.
 */
xh_status xh_error_set(xh_error *error, xh_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * Puts a formatted prefix (say "experiment.yaml:14: ") before the text that error holds; returns
 * its status, XH_FAILED if error is NULL.
 */
xh_status xh_error_prefix(xh_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif
