/** Configurations made of trees that are read already. */
#ifndef XH_CONFIG_RESOLVE_H
#define XH_CONFIG_RESOLVE_H

#include "config_tree.h"
#include "crosshebb/config.h"

/**
 * Lays over on top of base and consumes it, also on failure. A section that names another device,
 * device preset or scheme replaces the one below: parameters belong to what they were written for.
 */
xh_status xh_config_lay_over(xh_node *base, xh_node *over, xh_error *error);

/**
 * Takes the tree of an experiment and what is laid over it (may be NULL), frees both, and checks all
 * of it, as xh_config_load does. config stays as it was on failure.
 */
xh_status xh_config_resolve(xh_node *root, xh_node *over, xh_config *config, xh_error *error);

#endif
