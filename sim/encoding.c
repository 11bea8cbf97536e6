/*
 * The encodings. What they have in common: with G the mean over the devices of a side and
 * G_mid = (g_min + g_max) / 2 of the nominal range,
 *
 *     pair               w = weight_range (G+ - G-) / (g_max - g_min)
 *     reference_column   w = 2 weight_range (G - G_ref) / (g_max - g_min)
 *     offset             w = 2 weight_range (G - G_mid) / (g_max - g_min)
 *
 * A pair spans -weight_range to weight_range with twice the devices; a single device does so with a
 * pulse that moves the weight twice as far. On a single device a pulse for the minus side comes in
 * the opposite direction, in a slot of its own: pulses for both sides do not cancel but take place
 * one after the other, plus first. For soft bounds with equal steps the complementary scheme is
 * then still an exact instar: with shares x+ and x- of the rows and g in [0, 1], the expected change
 * is a ((1 + x+ - x-) (1 - g) - (1 - x+ + x-) g) = 2 a ((1 + x) / 2 - g), which takes w = 2 g - 1
 * to x.
 */
#include "crosshebb/encoding.h"

#include "crosshebb/param.h"

#include <string.h>

static const xh_encoding pair = {
    .name = "pair",
    .summary = "two sides of devices, whose conductances are subtracted",
    .equations = "w = weight_range (G+ - G-) / (g_max - g_min)",
    .reference =
        "M. Suri et al., IEDM 2011, DOI 10.1109/IEDM.2011.6131488; O. Bichler et al., IEEE "
        "TED 59(8), 2206 (2012), DOI 10.1109/TED.2012.2197951 [DOIs from memory]",
    .sides = 2,
    .zero = XH_ZERO_SIDE,
    .pulse = {{0, 1}, {1, 1}},
};

static const xh_encoding reference_column = {
    .name = "reference_column",
    .summary = "one device against the device of its row in a reference column, one for each tile",
    .equations = "w = 2 weight_range (G - G_ref) / (g_max - g_min); the reference is programmed to "
                 "the middle of the range and pulsed no more",
    .reference =
        "a reference array at mid-range: T. Gokmen and Y. Vlasov, Front. Neurosci. 10, 333 "
        "(2016), DOI 10.3389/fnins.2016.00333; one column for a tile instead [assumed]",
    .sides = 1,
    .zero = XH_ZERO_REFERENCE,
    .pulse = {{0, 1}, {0, -1}},
};

static const xh_encoding offset = {
    .name = "offset",
    .summary = "one device; what weight 0 conducts is subtracted digitally, by the sum of inputs",
    .equations = "w = 2 weight_range (G - G_mid) / (g_max - g_min),  G_mid = (g_min + g_max) / 2",
    .reference = "A. Shafiee et al., ISCA 2016 (ISAAC), DOI 10.1109/ISCA.2016.12: biased weights, "
                 "the bias taken off by the sum of the inputs [from memory]",
    .sides = 1,
    .zero = XH_ZERO_DIGITAL,
    .pulse = {{0, 1}, {0, -1}},
};

static const xh_encoding *const encodings[] = {
#define X(name) &(name),
#include "encoding_list.h"
#undef X
};

const char *const xh_encoding_names[] = {
#define X(name) #name,
#include "encoding_list.h"
#undef X
    NULL,
};

size_t xh_encoding_count(void) {
    return sizeof(encodings) / sizeof(encodings[0]);
}

const xh_encoding *xh_encoding_at(size_t index) {
    return encodings[index];
}

xh_status xh_encoding_find(const char *name, const xh_encoding **encoding, xh_error *error) {
    for (size_t e = 0; e < xh_encoding_count(); e++) {
        if (strcmp(name, encodings[e]->name) == 0) {
            *encoding = encodings[e];
            return XH_OK;
        }
    }
    const char *nearest = xh_nearest_name(xh_encoding_names, xh_encoding_count(), name);
    return xh_error_set(error, XH_INPUT, "unknown encoding \"%s\"%s%s", name,
                        nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "");
}
