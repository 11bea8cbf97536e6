/* A finished run is priced again: to the last bit as it priced itself, by other prices as these say,
 * and what has no counts is refused. */
#include "experiments/bill.h"
#include "run_rig.h"

#include <math.h>

static xh_account account;
static xh_bill recorded;

static xh_status read_bill(void) {
    xh_result *opened = NULL;
    xh_status status = xh_result_open(out, &opened, &error);
    if (status == XH_OK) {
        status = xh_bill_read(opened, &account, &recorded, &error);
    }
    xh_result_close(opened);
    return status;
}

static void refuse(const char *words) {
    ck_assert_int_eq(read_bill(), XH_INPUT);
    ck_assert_msg(strstr(error.text, words) != NULL, "%s", error.text);
}

/* Bits, so that what is not a number is the same too. */
#define assert_same(a, b) ck_assert_mem_eq(&(a), &(b), sizeof(a))

START_TEST(a_run_costs_what_its_result_holds) {
    run(); /* two layers on devices, the first of which infers while the second learns */
    ck_assert_msg(read_bill() == XH_OK, "%s", error.text);
    ck_assert_mem_eq(account.whole.count, result.ledger.count, sizeof(account.whole.count));
    ck_assert_mem_ne(account.whole.count, account.training.count, sizeof(account.whole.count));
    const double *update = account.whole.count[XH_PHASE_update];
    ck_assert_double_gt(update[XH_EVENT_winner_synapse], 0);
    ck_assert_double_ge(update[XH_EVENT_layer_synapse], account.synapse_updates);
    const xh_bill again = xh_bill_of(&account, &config.hardware);
    ck_assert_mem_eq(&again, &recorded, sizeof(again));
    assert_same(again.cost, result.cost);
    assert_same(again.training_joules, result.training_joules);
    assert_same(again.training_seconds, result.training_seconds);
    assert_same(again.update_joules, result.update_joules);
    assert_same(again.joules_per_image, result.joules_per_image);
    assert_same(again.joules_per_synapse, result.joules_per_synapse);
    assert_same(again.joules_per_pulse, result.joules_per_pulse);
    ck_assert_double_gt(again.training_joules, again.update_joules);
    ck_assert_double_lt(again.training_joules, again.cost.total_joules);
}
END_TEST

START_TEST(other_prices_are_other_sums) {
    run();
    ck_assert_msg(read_bill() == XH_OK, "%s", error.text);
    xh_hardware dear = config.hardware;
    dear.price[XH_EVENT_adc_conversion].joules += 1e-9;
    const xh_bill bill = xh_bill_of(&account, &dear);
    double whole = 0, training = 0, parts = 0;
    for (int phase = 0; phase < XH_PHASES; phase++) {
        whole += 1e-9 * account.whole.count[phase][XH_EVENT_adc_conversion];
        training += 1e-9 * account.training.count[phase][XH_EVENT_adc_conversion];
        parts += xh_cost_phase_joules(&bill.cost, (xh_phase)phase);
    }
    ck_assert_double_gt(training, 0);
    ck_assert_double_eq_tol(bill.cost.total_joules - recorded.cost.total_joules, whole,
                            1e-9 * whole);
    ck_assert_double_eq_tol(bill.training_joules - recorded.training_joules, training,
                            1e-9 * training);
    ck_assert_double_eq_tol(parts, bill.cost.total_joules, 1e-12 * parts);
    ck_assert_double_eq_tol(bill.joules_per_image, bill.training_joules / account.images,
                            1e-12 * bill.joules_per_image);
}
END_TEST

START_TEST(a_run_without_updates_has_no_price_of_one) {
    const char *const overrides[] = {"training.learn=false"};
    load(overrides, 1);
    run();
    ck_assert_msg(read_bill() == XH_OK, "%s", error.text);
    const xh_bill again = xh_bill_of(&account, &config.hardware);
    ck_assert_double_nan(again.joules_per_synapse);
    ck_assert_double_nan(again.joules_per_pulse);
    ck_assert_double_nan(recorded.joules_per_pulse);
    assert_same(again.cost, recorded.cost);
}
END_TEST

START_TEST(floats_have_nothing_to_price) {
    const char *const overrides[] = {"network.layers.*.synapses=digital"};
    load(overrides, 1);
    run();
    refuse("result.h5: there is nothing to price: no layer is on devices");
}
END_TEST

/* Changes the result by HDF5: another completeness, or one group less. */
static void spoil(double complete, const char *removed) {
    hid_t file = H5Fopen(out, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t group = H5Gopen2(file, "/result", H5P_DEFAULT);
    hid_t attribute = H5Aopen(group, "complete", H5P_DEFAULT);
    ck_assert_int_ge(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &complete), 0);
    H5Aclose(attribute);
    H5Gclose(group);
    if (removed) {
        ck_assert_int_ge(H5Ldelete(file, removed, H5P_DEFAULT), 0);
    }
    H5Fclose(file);
}

START_TEST(what_has_no_counts_is_refused) {
    run();
    spoil(0, NULL);
    refuse("result.h5: the run is not complete");
    spoil(1, "/ledger/counts/update/input_step"); /* which earlier versions did not count */
    ck_assert_int_eq(read_bill(), XH_OK);
    spoil(1, "/ledger/counts/update/pulse_up");
    refuse("result.h5: there is no array /ledger/counts/update/pulse_up");
    spoil(1, "/ledger/training");
    refuse("result.h5: it has no counts of training");
    spoil(1, "/config/network");
    refuse("result.h5: it is not the result of one run");
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_run_costs_what_its_result_holds,
        other_prices_are_other_sums,
        a_run_without_updates_has_no_price_of_one,
        floats_have_nothing_to_price,
        what_has_no_counts_is_refused,
    };
    Suite *suite = suite_create("bill");
    TCase *tcase = tcase_create("bill");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 120);
    for (size_t t = 0; t < sizeof(tests) / sizeof(tests[0]); t++) {
        tcase_add_test(tcase, tests[t]);
    }
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
