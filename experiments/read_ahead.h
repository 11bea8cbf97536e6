/** Rows of a file, read on a thread of its own one list ahead. */
#ifndef XH_READ_AHEAD_H
#define XH_READ_AHEAD_H

#include "crosshebb/readout.h"

typedef struct xh_read_ahead xh_read_ahead;

/** Starts the thread. Row first of the lists is the first of the file, which stays the caller's;
 *  those before it are not read. Lists have most rows at most. */
xh_status xh_read_ahead_create(int file, size_t row_bytes, size_t first, size_t most,
                               xh_read_ahead **ahead, xh_error *error);
/** Ends the thread; NULL is legal. */
void xh_read_ahead_free(xh_read_ahead *ahead);

/** Rows of the list, row_bytes each, in its order, good until the next call; then begins to read
 *  next. XH_IO if one of them cannot be read. */
xh_status xh_read_ahead_take(xh_read_ahead *ahead, xh_row_list now, xh_row_list next,
                             const char **rows, xh_error *error);

#endif
