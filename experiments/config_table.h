/** The table of measured steps that a section device names. */
#ifndef XH_CONFIG_TABLE_H
#define XH_CONFIG_TABLE_H

#include "config_tree.h"
#include "crosshebb/config.h"

/**
 * Reads the file that the section's key table names, relative to the file that the key stands in,
 * and puts it into the parameters of a model that takes one: with its full path, its checksum, and
 * its range where the section has no g_min or g_max of its own. XH_INPUT also if the section has
 * another checksum. Nothing to do for other models.
 */
xh_status xh_config_read_table(const xh_node *section, const xh_device_model *model,
                               xh_param_values *values, xh_error *error);

/** XH_INPUT unless a section of a model that takes a table names one. */
xh_status xh_config_require_table(const xh_node *section, const xh_device_model *model,
                                  xh_error *error);

/** The table that the parameters hold, the example if none; NULL if the model takes none. */
const xh_step_table *xh_config_table(const xh_device_model *model, const xh_param_values *values);

#endif
