/*
 * Temperature. What a cell conducts is thermally activated, less so the more it conducts, and copper
 * resists more as it warms:
 *
 *     G(T) = G exp(-E / k (1 / T - 1 / T0)),   E = E_low + (E_high - E_low) (G - g_min) / (g_max - g_min)
 *     R(T) = R (1 + 0.00451 / K (T - T0))
 *
 * T0 = 298.15 K, to which all figures of devices and wires belong; E within E_low and E_high beyond the
 * nominal bounds. The form is that of phase change in its amorphous share; the energies are assumed
 * (0.2 to 0.3 eV near RESET, 0.02 to 0.05 eV near SET, from memory of the literature). The coefficient
 * of copper is that of NeuroSim. Pulses are taken to do the same at any temperature, and noise to keep
 * its share of the conductance [assumed].
 */
#include "crossbar_internal.h"

#include <math.h>

#define REFERENCE 298.15         /* K */
#define BOLTZMANN 8.617333262e-5 /* eV / K */
#define COPPER 0.00451           /* 1 / K */

bool xh_crossbar_heated(const xh_crossbar *crossbar) {
    return fabs(crossbar->temperature - REFERENCE) > 1e-9;
}

void xh_crossbar_set_temperature(xh_crossbar *crossbar, double kelvin) {
    const xh_crossbar_params *params = &crossbar->params;
    const double factor = 1 + COPPER * (kelvin - REFERENCE);
    const double line = params->wire_resistance * factor;
    crossbar->temperature = kelvin;
    crossbar->wires = (xh_wires){line, line, params->source_resistance, params->load_resistance};
    xh_crossbar_touch_all(crossbar);
}

void xh_crossbar_heat(const xh_crossbar *crossbar, float *mean, float *variance) {
    const double low = crossbar->params.activation_low;
    const double slope = crossbar->params.activation_high - low;
    const double g_min = crossbar->nominal.g_min;
    const double span = crossbar->nominal.g_max - g_min;
    const double warmth = (1 / crossbar->temperature - 1 / REFERENCE) / BOLTZMANN;
    for (size_t j = 0; j < crossbar->inputs; j++) {
        const double place = fmin(fmax(((double)mean[j] - g_min) / span, 0), 1);
        const float factor = (float)exp(-(low + slope * place) * warmth);
        mean[j] *= factor;
        variance[j] *= factor * factor;
    }
}
