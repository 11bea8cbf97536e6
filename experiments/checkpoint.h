/**
 * Checkpoints: a state in a file that is whole or not there at all. It begins with a checksum of
 * the rest and with the resolved configuration that the state belongs to.
 */
#ifndef XH_CHECKPOINT_H
#define XH_CHECKPOINT_H

#include "crosshebb/config.h"
#include "crosshebb/state.h"

#include <stdio.h>

/** Saves or loads everything that belongs to context. */
typedef void xh_checkpoint_visit(void *context, xh_state *state);

/** Writes the file beside its name and renames it when it is on the disk. XH_IO leaves the file of
 *  that name as it was. */
xh_status xh_checkpoint_write(const char *path, const xh_config *config, xh_checkpoint_visit *visit,
                              void *context, xh_error *error);

/** Removes the file, and what a writing that was cut off has left beside it. */
void xh_checkpoint_remove(const char *path);

/** A checkpoint that was found whole and of this configuration. */
typedef struct xh_checkpoint xh_checkpoint;

/** Opens the file; *checkpoint is NULL if there is none. XH_INPUT if it is damaged, of another
 *  format, or of another configuration: then the text names the first key that differs. */
xh_status xh_checkpoint_open(const char *path, const xh_config *config, xh_checkpoint **checkpoint,
                             xh_error *error);

/** The same from an open stream, which the checkpoint owns from now on (also on failure); name
 *  stands for the file in messages. */
xh_status xh_checkpoint_read(const char *name, FILE *stream, const xh_config *config,
                             xh_checkpoint **checkpoint, xh_error *error);

/** Loads the state, once. */
xh_status xh_checkpoint_load(xh_checkpoint *checkpoint, xh_checkpoint_visit *visit, void *context,
                             xh_error *error);

/** NULL is legal. */
void xh_checkpoint_close(xh_checkpoint *checkpoint);

#endif
