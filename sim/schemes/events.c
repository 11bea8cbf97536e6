/* Events of the local schemes: gates of columns and trains of rows. */
#include "events.h"

#include <math.h>

enum { CHUNK = 512 };

double xh_column_gain(const xh_signals *signals, size_t output, double events, double loser_share,
                      double keep, float *activity) {
    double sum = 0;
    for (size_t p = 0; p < signals->count; p++) {
        const float y = signals->y[p * signals->outputs + output];
        sum += y > 0.0F ? (double)y : -loser_share * (double)y;
    }
    *activity =
        *activity > 0.0F ? (float)(keep * (double)*activity + (1 - keep) * sum) : (float)sum;
    return *activity > 0.0F ? events / (double)*activity : 0.0;
}

static xh_rng train_stream(const xh_column *column, xh_train train, uint64_t below) {
    xh_rng stream = xh_crossbar_scheme_stream(column->crossbar);
    stream.instance |= (uint32_t)train << 16;
    stream.step |= below;
    return stream;
}

void xh_column_train(const xh_column *column, xh_train train, size_t p, float *uniform) {
    const size_t inputs = column->signals->inputs;
    xh_rng_uniform(train_stream(column, train, p), column->output * inputs, inputs, uniform);
    xh_crossbar_book(column->crossbar, XH_EVENT_train_bit, inputs);
}

void xh_column_events(const xh_column *column, double loser_share, xh_event_hook hook) {
    const xh_signals *signals = column->signals;
    const float winner_gain = (float)column->gain;
    const float loser_gain = (float)(-column->gain * loser_share);
    const xh_rng stream = train_stream(column, XH_TRAIN_GATE, 0);
    for (size_t first = 0; first < signals->count; first += CHUNK) {
        const size_t rest = signals->count - first;
        const size_t count = rest < CHUNK ? rest : CHUNK;
        float uniform[CHUNK];
        xh_rng_uniform(stream, column->output * signals->count + first, count, uniform);
        for (size_t k = 0; k < count; k++) {
            const float y = signals->y[(first + k) * signals->outputs + column->output];
            if (uniform[k] < y * (y > 0.0F ? winner_gain : loser_gain)) {
                hook(column, first + k, y > 0.0F ? 1.0F : -1.0F);
            }
        }
    }
    xh_crossbar_book(column->crossbar, XH_EVENT_train_bit, signals->count);
}
