/** Checks of a configuration that need several keys. */
#ifndef XH_CONFIG_CHECK_H
#define XH_CONFIG_CHECK_H

#include "config_tree.h"
#include "crosshebb/config.h"

/** XH_INPUT, with the place of the key that fits best in the tree that config was read from. */
xh_status xh_config_check(const xh_config *config, const xh_node *root, xh_error *error);

/** XH_INPUT unless the name, the value of the key at path, can be that of a file and of a group of
 * the result. */
xh_status xh_config_check_name(const xh_node *place, const char *path, const char *name,
                               xh_error *error);

#endif
