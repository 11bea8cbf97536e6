/**
 * The texts that come with the program: hardware profiles, presets of networks and of devices,
 * embedded by cmake/Embed.cmake.
 */
#ifndef XH_PRESETS_H
#define XH_PRESETS_H

#include "crosshebb/config.h"

/** The text of that name. XH_INPUT, proposing the nearest name, if there is none. */
xh_status xh_preset_hardware(const char *name, const char **text, xh_error *error);
xh_status xh_preset_network(const char *name, const char **text, xh_error *error);
xh_status xh_preset_device(const char *name, const char **text, xh_error *error);

#endif
