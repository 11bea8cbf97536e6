/** The section device of an experiment: a model or a preset, and what is laid over it. */
#ifndef XH_CONFIG_DEVICE_H
#define XH_CONFIG_DEVICE_H

#include "config_tree.h"
#include "crosshebb/config.h"

/** Takes base's section device away if over's names another preset or model: parameters belong to
 *  what they were written for. */
void xh_config_replace_device(xh_node *base, const xh_node *over);

/** Puts what the preset of the root's section device holds, if it names one, below what the section
 *  says itself. XH_INPUT, also if the section names a model that is not the preset's. */
xh_status xh_config_expand_device(xh_node *root, xh_error *error);

/** Reads the root's section device, if there is one; its preset has been expanded. */
xh_status xh_config_read_device(const xh_node *root, const xh_device_model **model,
                                xh_param_values *values, xh_error *error);

#endif
