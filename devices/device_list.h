/** The one list of device models. A new device is one file and one line here. */
#ifndef CROSSHEBB_DEVICE_LIST_H
#define CROSSHEBB_DEVICE_LIST_H

#include "crosshebb/device.h"

#define XH_DEVICE_LIST(X)                                                                          \
    X(ideal)                                                                                       \
    X(constant_step)                                                                               \
    X(linear_step)                                                                                 \
    X(soft_bounds)                                                                                 \
    X(soft_bounds_reference)                                                                       \
    X(exp_step)                                                                                    \
    X(pow_step)                                                                                    \
    X(piecewise_step)                                                                              \
    X(neurosim)                                                                                    \
    X(exponential_state)                                                                           \
    X(lookup)                                                                                      \
    X(pcm_accumulate)                                                                              \
    X(pcm_programmed)                                                                              \
    X(rram_programmed)                                                                             \
    X(cmo_programmed)

#define XH_DEVICE_DECLARE(identifier) extern const xh_device_model xh_device_##identifier;
XH_DEVICE_LIST(XH_DEVICE_DECLARE)
#undef XH_DEVICE_DECLARE

#endif
