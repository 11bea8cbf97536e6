/**
 * What a run's counts cost under a hardware profile. A run that ends and a finished one that is
 * priced again take the same sums of the same counts, so that they agree to the last bit.
 */
#ifndef XH_BILL_H
#define XH_BILL_H

#include "result_read.h"

#include "crosshebb/ledger.h"

/** What there is to pay for. */
typedef struct xh_account {
    xh_ledger whole;             /* the run, all layers */
    xh_ledger training;          /* the same up to the end of training */
    xh_device_pulse_cost device; /* what a pulse takes of it */
    double images;               /* presented to the network while it trained, in all passes */
    double synapse_updates;      /* synapses that learned, each times its images */
} xh_account;

/** Quotients are NAN where there is nothing to divide by. */
typedef struct xh_bill {
    xh_cost cost;              /* of the whole run */
    double training_joules;    /* of everything up to the end of training */
    double training_seconds;   /* simulated latency of the same */
    double update_joules;      /* phases update and refresh */
    double joules_per_image;   /* training_joules over images */
    double joules_per_synapse; /* update_joules over synapse_updates */
    double joules_per_pulse;   /* update_joules over pulses on devices, of update and refresh */
} xh_bill;

/** Prices an account. */
xh_bill xh_bill_of(const xh_account *account, const xh_hardware *hardware);

/** Reads the account of a finished run, and the bill as the run itself recorded it. XH_INPUT if the
 *  result is that of no run, if the run is not complete, or if none of its layers is on devices. */
xh_status xh_bill_read(const xh_result *result, xh_account *account, xh_bill *recorded,
                       xh_error *error);

#endif
