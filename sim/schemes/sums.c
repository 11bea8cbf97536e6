/* What the schemes that follow the full rule have in common: its sums over a batch, and pulses for both
 * sides of a pair. */
#include "sums.h"

#include <cblas.h>

/* sum_p y_ip x_pj of columns first .. first + count - 1, [count][inputs]. */
static void sum_inputs(const xh_signals *signals, size_t first, size_t count, float *sums) {
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)count, (int)signals->inputs,
                (int)signals->count, 1.0F, signals->y + first, (int)signals->outputs, signals->x,
                (int)signals->inputs, 0.0F, sums, (int)signals->inputs);
}

/* sum_p y_ip u_ip of the same columns. */
static void sum_outputs(const xh_signals *signals, size_t first, size_t count, double *sums) {
    for (size_t i = 0; i < count; i++) {
        sums[i] = 0;
    }
    for (size_t p = 0; p < signals->count; p++) {
        const float *y = signals->y + p * signals->outputs + first;
        const float *u = signals->u + p * signals->outputs + first;
        for (size_t i = 0; i < count; i++) {
            sums[i] += (double)(y[i] * u[i]);
        }
    }
}

void xh_sums_update(const void *params, xh_crossbar *crossbar, xh_rule rule,
                    const xh_signals *signals, float *state, size_t numbers, xh_sums_hook hook) {
#pragma omp parallel for schedule(dynamic)
    for (size_t first = 0; first < signals->outputs; first += XH_CROSSBAR_BLOCK) {
        const size_t rest = signals->outputs - first;
        const size_t count = rest < XH_CROSSBAR_BLOCK ? rest : XH_CROSSBAR_BLOCK;
        float *sums = xh_crossbar_workspace(crossbar);
        float *scratch = sums + XH_CROSSBAR_BLOCK * signals->inputs;
        double decay[XH_CROSSBAR_BLOCK];
        sum_inputs(signals, first, count, sums);
        sum_outputs(signals, first, count, decay);
        for (size_t i = 0; i < count; i++) {
            hook(params, crossbar, rule, signals, first + i, sums + i * signals->inputs, decay[i],
                 scratch, state + (first + i) * numbers);
        }
    }
}

void xh_sums_share(const int32_t *pulses, size_t inputs, bool depresses, bool odd_on_plus,
                   int8_t *plus, int8_t *minus) {
    for (size_t j = 0; j < inputs; j++) {
        const int32_t n = pulses[j] > 127 ? 127 : pulses[j] < -127 ? -127 : pulses[j];
        if (depresses) {
            const int32_t half = n / 2;
            const int32_t rest = n - half;
            plus[j] = (int8_t)(odd_on_plus ? rest : half);
            minus[j] = (int8_t)(odd_on_plus ? -half : -rest);
        } else {
            plus[j] = (int8_t)(n > 0 ? n : 0);
            minus[j] = (int8_t)(n < 0 ? -n : 0);
        }
    }
}
