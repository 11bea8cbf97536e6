/* Events of the local schemes: gates of columns and trains of rows. */
#include "events.h"

#include <string.h>

enum { CHUNK = 512 };

/* Among the columns of the whole crossbar. */
static uint64_t number_of(const xh_column *column) {
    return xh_crossbar_first(column->crossbar) + column->output;
}

static xh_rng train_stream(const xh_column *column, xh_train train, uint64_t below) {
    xh_rng stream = xh_crossbar_scheme_stream(column->crossbar);
    stream.instance |= (uint32_t)train << 16;
    stream.step |= below;
    return stream;
}

const float *xh_event_train(const xh_column *column, xh_train train, size_t p) {
    const size_t inputs = column->signals->inputs;
    float *uniform = xh_crossbar_workspace(column->crossbar);
    xh_rng_uniform(train_stream(column, train, p), number_of(column) * inputs, inputs, uniform);
    xh_crossbar_book(column->crossbar, XH_EVENT_train_bit, inputs);
    return uniform;
}

int8_t *xh_event_plus(const xh_column *column) {
    return (int8_t *)(xh_crossbar_workspace(column->crossbar) + column->signals->inputs);
}

int8_t *xh_event_minus(const xh_column *column) {
    return (int8_t *)(xh_crossbar_workspace(column->crossbar) + 2 * column->signals->inputs);
}

float xh_event_scale(const xh_column *column, float sign) {
    return sign * (float)(column->params->row_gain / xh_crossbar_input_range(column->crossbar));
}

void xh_event_hebb(const xh_column *column, size_t p, float sign) {
    const size_t inputs = column->signals->inputs;
    const float *x = column->signals->x + p * inputs;
    const float *uniform = xh_event_train(column, XH_TRAIN_ROWS, p);
    const float scale = xh_event_scale(column, sign);
    int8_t *plus = xh_event_plus(column);
    int8_t *minus = xh_event_minus(column);
    for (size_t j = 0; j < inputs; j++) {
        plus[j] = uniform[j] < scale * x[j];
        minus[j] = uniform[j] < -scale * x[j];
    }
    xh_crossbar_pulse(column->crossbar, column->output, plus, minus);
}

void xh_event_common(const xh_column *column, size_t p, float probability, int8_t pulse) {
    const float *uniform = xh_event_train(column, XH_TRAIN_DECAY, p);
    if (uniform[0] < probability) {
        int8_t *both = xh_event_plus(column);
        memset(both, pulse, column->signals->inputs);
        xh_crossbar_pulse(column->crossbar, column->output, both, both);
    }
}

void xh_event_reset(const xh_column *column, size_t p, float probability) {
    enum { LANE = 24 }; /* bits of a vector's number; above them those of the device */
    const size_t inputs = column->signals->inputs;
    const size_t devices = (size_t)xh_crossbar_parameters(column->crossbar)->devices;
    int8_t *mark = xh_event_plus(column);
    for (size_t lane = 0; lane < 2 * devices; lane++) {
        const float *uniform = xh_event_train(column, XH_TRAIN_RESET, p | lane << LANE);
        for (size_t j = 0; j < inputs; j++) {
            mark[j] = uniform[j] < probability;
        }
        xh_crossbar_reset(column->crossbar, column->output, lane / devices, lane % devices, mark);
    }
}

/* Probability of an event a unit of |y|: the events expected over the column's running activity. */
static double gain_of(const xh_column *column, double events, float *activity) {
    const xh_signals *signals = column->signals;
    const double keep = column->params->keep;
    double sum = 0;
    for (size_t p = 0; p < signals->count; p++) {
        const double y = (double)signals->y[p * signals->outputs + column->output];
        sum += y > 0.0 ? y : -column->params->loser_share * y;
    }
    *activity =
        *activity > 0.0F ? (float)(keep * (double)*activity + (1 - keep) * sum) : (float)sum;
    return *activity > 0.0F ? events / (double)*activity : 0.0;
}

static void column_events(const xh_column *column, double gain, xh_event_hook hook) {
    const xh_signals *signals = column->signals;
    const float winner_gain = (float)gain;
    const float loser_gain = (float)(-gain * column->params->loser_share);
    const xh_rng stream = train_stream(column, XH_TRAIN_GATE, 0);
    for (size_t first = 0; first < signals->count; first += CHUNK) {
        const size_t rest = signals->count - first;
        const size_t count = rest < CHUNK ? rest : CHUNK;
        float uniform[CHUNK];
        xh_rng_uniform(stream, number_of(column) * signals->count + first, count, uniform);
        for (size_t k = 0; k < count; k++) {
            const float y = signals->y[(first + k) * signals->outputs + column->output];
            if (uniform[k] < y * (y > 0.0F ? winner_gain : loser_gain)) {
                hook(column, first + k, y > 0.0F ? 1.0F : -1.0F);
            }
        }
    }
    xh_crossbar_book(column->crossbar, XH_EVENT_train_bit, signals->count);
}

void xh_events_update(const xh_event_params *params, xh_crossbar *crossbar, xh_rule rule,
                      const xh_signals *signals, float *activity, bool refresh,
                      xh_event_hook hook) {
    const double events = rule.rate / xh_crossbar_step_up(crossbar);
#pragma omp parallel for schedule(dynamic)
    for (size_t output = 0; output < signals->outputs; output++) {
        const xh_column column = {crossbar, signals, params, output};
        column_events(&column, gain_of(&column, events, activity + output), hook);
        if (refresh) {
            xh_crossbar_refresh(crossbar, output);
        }
    }
}
