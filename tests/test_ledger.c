/* The ledger: parts sum to the total, prices go to the right events, a measured product is reproduced. */
#include "crosshebb/ledger.h"
#include "crosshebb/units.h"
#include "suite.h"

#include <math.h>
#include <string.h>

static xh_hardware measured_chip(void) {
    xh_hardware hardware = {
        .read_voltage = 0.2, .integration_time = 128e-9, .driver_efficiency = 0.5};
    hardware.adc_gated = true;
    hardware.price[XH_EVENT_wordline_drive].joules = 0.5e-12;
    hardware.price[XH_EVENT_adc_conversion].joules = 45e-12;
    hardware.price[XH_EVENT_adc_idle].joules = 45e-12;
    hardware.price[XH_EVENT_read_cycle].seconds = 130e-9;
    hardware.price[XH_EVENT_pulse_slot].seconds = 0;
    return hardware;
}

static const xh_device_pulse_cost pulses = {.energy_up = 5e-12,
                                            .energy_down = 3e-12,
                                            .energy_reset = 20e-12,
                                            .time_up = 100e-9,
                                            .time_down = 90e-9};

/* 256 x 256 cells of two devices of 2.5 uS, inputs at half duty: 12.5 nJ, 49 pJ a column (Khaddam-Aljameh et al.,
 * JSSC 2022: 10.5 TOPS/W). */
START_TEST(measured_product) {
    xh_ledger ledger = {0};
    double *count = ledger.count[XH_PHASE_inference];
    count[XH_EVENT_wordline_drive] = 256;
    count[XH_EVENT_array_charge] = XH_MICROSIEMENS(256.0 * 256 * 2 * 2.5) * 0.5;
    count[XH_EVENT_adc_conversion] = 256;
    count[XH_EVENT_read_cycle] = 1;
    const xh_hardware hardware = measured_chip();
    const xh_cost cost = xh_ledger_price(&ledger, &hardware, &pulses);
    ck_assert_double_eq_tol(cost.total_joules, XH_NANOJOULES(12.5), XH_NANOJOULES(0.1));
    ck_assert_double_eq_tol(cost.total_seconds, 130e-9, 1e-15);
}
END_TEST

START_TEST(pulses_are_priced_by_the_device) {
    xh_ledger ledger = {0};
    ledger.count[XH_PHASE_update][XH_EVENT_pulse_up] = 7;
    ledger.count[XH_PHASE_refresh][XH_EVENT_pulse_reset] = 2;
    ledger.count[XH_PHASE_update][XH_EVENT_pulse_down] = 3;
    ledger.count[XH_PHASE_update][XH_EVENT_pulse_slot] = 4;
    const xh_hardware hardware = measured_chip();
    const xh_cost cost = xh_ledger_price(&ledger, &hardware, &pulses);
    ck_assert_double_eq_tol(cost.joules[XH_PHASE_update][XH_EVENT_pulse_up], 7 * 5e-12 / 0.5,
                            1e-20);
    ck_assert_double_eq_tol(cost.joules[XH_PHASE_update][XH_EVENT_pulse_down], 3 * 3e-12 / 0.5,
                            1e-20);
    ck_assert_double_eq_tol(cost.joules[XH_PHASE_refresh][XH_EVENT_pulse_reset], 2 * 20e-12 / 0.5,
                            1e-20);
    ck_assert_double_eq_tol(cost.total_seconds, 4 * 100e-9, 1e-18);
}
END_TEST

START_TEST(idle_converters_cost_when_not_gated) {
    xh_ledger ledger = {0};
    ledger.count[XH_PHASE_forward][XH_EVENT_adc_idle] = 10;
    xh_hardware hardware = measured_chip();
    ck_assert_double_eq(xh_ledger_price(&ledger, &hardware, &pulses).total_joules, 0);
    hardware.adc_gated = false;
    ck_assert_double_eq_tol(xh_ledger_price(&ledger, &hardware, &pulses).total_joules, 450e-12,
                            1e-18);
}
END_TEST

START_TEST(parts_sum_to_the_total_and_ledgers_add) {
    xh_ledger one = {0};
    for (int phase = 0; phase < XH_PHASES; phase++) {
        for (int event = 0; event < XH_EVENTS; event++) {
            one.count[phase][event] = 1 + 3 * phase + event;
        }
        one.pulses[phase] = (xh_pulse_tally){1, 2, 3, 4, 5};
    }
    xh_hardware hardware = measured_chip();
    for (int event = 0; event < XH_EVENTS; event++) {
        hardware.price[event].joules = 1e-12 * (event + 1);
    }
    xh_ledger two = one;
    xh_ledger_add(&two, &one);
    ck_assert_uint_eq(two.pulses[XH_PHASE_update].clipped, 10);
    const xh_cost cost = xh_ledger_price(&one, &hardware, &pulses);
    const xh_cost twice = xh_ledger_price(&two, &hardware, &pulses);
    double sum = 0;
    for (int phase = 0; phase < XH_PHASES; phase++) {
        for (int event = 0; event < XH_EVENTS; event++) {
            sum += cost.joules[phase][event];
        }
    }
    ck_assert_double_gt(sum, 0);
    ck_assert_double_eq_tol(sum, cost.total_joules, 1e-12 * sum);
    ck_assert_double_eq_tol(twice.total_joules, 2 * sum, 1e-12 * sum);
    double phases = 0, events = 0;
    for (int phase = 0; phase < XH_PHASES; phase++) {
        phases += xh_cost_phase_joules(&cost, (xh_phase)phase);
    }
    for (int event = 0; event < XH_EVENTS; event++) {
        events += xh_cost_event_joules(&cost, (xh_event)event);
    }
    ck_assert_double_eq_tol(phases, sum, 1e-12 * sum);
    ck_assert_double_eq_tol(events, sum, 1e-12 * sum);
}
END_TEST

START_TEST(every_event_and_phase_is_named) {
    for (int event = 0; event < XH_EVENTS; event++) {
        ck_assert_uint_gt(strlen(xh_event_name((xh_event)event)), 0);
        ck_assert_uint_gt(strlen(xh_event_unit((xh_event)event)), 0);
        ck_assert_uint_gt(strlen(xh_event_sentence((xh_event)event)), 10);
    }
    for (int phase = 0; phase < XH_PHASES; phase++) {
        ck_assert_uint_gt(strlen(xh_phase_name((xh_phase)phase)), 0);
        ck_assert_uint_gt(strlen(xh_phase_sentence((xh_phase)phase)), 5);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        measured_product, pulses_are_priced_by_the_device, idle_converters_cost_when_not_gated,
        parts_sum_to_the_total_and_ledgers_add, every_event_and_phase_is_named};
    return xh_suite_run("ledger", tests, sizeof(tests) / sizeof(tests[0]));
}
