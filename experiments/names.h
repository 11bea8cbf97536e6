/** Lists of names; those in folders in the order of their bytes whatever the language. */
#ifndef XH_NAMES_H
#define XH_NAMES_H

#include "crosshebb/status.h"

#include <stdbool.h>
#include <stddef.h>

/** All zero is an empty list. */
typedef struct xh_names {
    char **names;
    size_t count;
    size_t room;
} xh_names;

void xh_names_free(xh_names *list);

/** Adds a copy of the name. XH_MEMORY. */
xh_status xh_names_add(xh_names *list, const char *name, xh_error *error);

/** Adds the folders in a folder, hidden ones left out. XH_INPUT if it cannot be read. */
xh_status xh_names_folders(const char *path, xh_names *list, xh_error *error);

/** Adds FOLDER/FILE for each JPEG or PNG (.jpg .jpeg .png, large or small) in root/folder. XH_INPUT
 *  if there is none. */
xh_status xh_names_images(const char *root, const char *folder, xh_names *list, xh_error *error);

/** Drops the names that are not kept [count]. */
void xh_names_keep(xh_names *list, const bool *kept);

#endif
