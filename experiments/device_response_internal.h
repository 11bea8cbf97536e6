/** The parts of device_response.h that have files of their own. */
#ifndef XH_DEVICE_RESPONSE_INTERNAL_H
#define XH_DEVICE_RESPONSE_INTERNAL_H

#include "device_response.h"

/** Programs cells to targets and lets time pass: programming, wait and, of devices without pulses,
 *  the distribution of the response. XH_MEMORY. */
xh_status xh_device_follow(const xh_device_model *model, const void *params,
                           const xh_device_measurement *how, xh_device_response *response,
                           xh_error *error);

#endif
