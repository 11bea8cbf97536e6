/** Devices in the catalogue, models first and presets behind them; and how parameters are shown. */
#ifndef XH_CATALOGUE_DEVICE_H
#define XH_CATALOGUE_DEVICE_H

#include "command.h"

/** The hooks of xh_catalogue. */
size_t xh_catalogue_devices(void);
const char *xh_catalogue_device_name(size_t index);
void xh_catalogue_device_summary(size_t index, char text[XH_PARAM_TEXT_SIZE]);
xh_status xh_catalogue_device_show(size_t index, FILE *stream, xh_error *error);

/** The comment that a preset begins with. */
void xh_catalogue_first_comment(const char *preset, char text[XH_PARAM_TEXT_SIZE]);

/** Name, value, unit, range; and the sentence below. */
void xh_catalogue_param(const xh_param *param, const void *values, FILE *stream);

/** What a device can do beyond up pulses, in words. */
void xh_catalogue_traits(unsigned traits, FILE *stream);

#endif
