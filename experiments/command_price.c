/* crosshebb price: a finished run priced again, from its counts, beside the prices that it has. */
#include "bill.h"
#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A run and its two bills. */
typedef struct quote {
    char *experiment;
    double seed;
    const char *result;
    char *hardware; /* that the run was priced with */
    xh_hardware other;
    xh_account account;
    xh_bill recorded, priced;
} quote;

static void write_phases(xh_json *json, const xh_bill *bill) {
    xh_json_open(json, "phases", '{');
    for (int phase = 0; phase < XH_PHASES; phase++) {
        xh_json_open(json, xh_phase_name((xh_phase)phase), '{');
        for (int event = 0; event < XH_EVENTS; event++) {
            xh_json_number(json, xh_event_name((xh_event)event), bill->cost.joules[phase][event]);
        }
        xh_json_close(json, '}');
    }
    xh_json_close(json, '}');
}

static void write_latency(xh_json *json, const xh_bill *bill) {
    xh_json_open(json, "latency", '{');
    xh_json_number(json, "total_s", bill->cost.total_seconds);
    xh_json_number(json, "training_s", bill->training_seconds);
    xh_json_open(json, "phases", '{');
    for (int phase = 0; phase < XH_PHASES; phase++) {
        xh_json_number(json, xh_phase_name((xh_phase)phase),
                       xh_cost_phase_seconds(&bill->cost, (xh_phase)phase));
    }
    xh_json_close(json, '}');
    xh_json_close(json, '}');
}

/* The prices of the other profile that count in this bill. */
static void write_prices(xh_json *json, const quote *offer) {
    xh_json_open(json, "prices", '{');
    for (int e = 0; e < XH_EVENTS; e++) {
        const xh_price *price = &offer->other.price[e];
        const char mark[2] = {price->mark, '\0'};
        const double joules = xh_cost_event_joules(&offer->priced.cost, (xh_event)e);
        if (price->mark && joules > 0) {
            xh_json_open(json, xh_event_name((xh_event)e), '{');
            xh_json_number(json, "joules", price->joules);
            xh_json_number(json, "share", joules / offer->priced.cost.total_joules);
            xh_json_text(json, "mark", mark);
            xh_json_text(json, "source", price->source);
            xh_json_close(json, '}');
        }
    }
    xh_json_close(json, '}');
}

static void write_bill(xh_json *json, const char *key, const char *hardware, const xh_bill *bill) {
    xh_json_open(json, key, '{');
    xh_json_text(json, "hardware", hardware);
    xh_json_open(json, "energy", '{');
    xh_json_number(json, "total_J", bill->cost.total_joules);
    xh_json_number(json, "training_J", bill->training_joules);
    xh_json_number(json, "update_J", bill->update_joules);
    xh_json_number(json, "per_image_J", bill->joules_per_image);
    xh_json_number(json, "per_synapse_update_J", bill->joules_per_synapse);
    xh_json_number(json, "per_pulse_J", bill->joules_per_pulse);
    write_phases(json, bill);
    xh_json_close(json, '}');
    write_latency(json, bill);
    xh_json_close(json, '}');
}

static void print_json(const quote *offer) {
    xh_json json = {.stream = stdout};
    xh_json_open(&json, NULL, '{');
    xh_json_text(&json, "experiment", offer->experiment);
    xh_json_number(&json, "seed", offer->seed);
    xh_json_text(&json, "result", offer->result);
    write_bill(&json, "recorded", offer->hardware, &offer->recorded);
    write_bill(&json, "priced", offer->other.name, &offer->priced);
    write_prices(&json, offer);
    xh_json_close(&json, '}');
}

enum { LABEL = 20, VALUE = 20, RATIO = 8 };

/* A figure of both bills, and how many times the new one is the old one. */
static void print_row(const char *label, double before, double after, const char *unit,
                      const char *remark) {
    char old[XH_QUANTITY_SIZE], new[XH_QUANTITY_SIZE], ratio[XH_QUANTITY_SIZE] = "-";
    if (before > 0 && isfinite(after)) {
        snprintf(ratio, sizeof(ratio), "%.3g", after / before);
    }
    printf("%-*s %*s %*s %*s%s%s\n", LABEL, label, VALUE, xh_quantity(before, unit, old), VALUE,
           xh_quantity(after, unit, new), RATIO, ratio, remark[0] ? "   " : "", remark);
}

static void print_figures(const xh_bill *old, const xh_bill *new) {
    print_row("energy", old->cost.total_joules, new->cost.total_joules, "J",
              "of everything, inference on both splits included");
    print_row("  training", old->training_joules, new->training_joules, "J",
              "programming, reads, updates, refresh");
    print_row("  an image", old->joules_per_image, new->joules_per_image, "J",
              "of training, a pass");
    print_row("  a synapse", old->joules_per_synapse, new->joules_per_synapse, "J",
              "of updates and refresh, an image");
    print_row("  a pulse", old->joules_per_pulse, new->joules_per_pulse, "J",
              "of updates and refresh");
    print_row("latency", old->cost.total_seconds, new->cost.total_seconds, "s",
              "of everything, simulated");
    print_row("  training", old->training_seconds, new->training_seconds, "s", "");
}

static void print_phases(const xh_cost *old, const xh_cost *new) {
    for (int p = 0; p < XH_PHASES; p++) {
        const xh_phase phase = (xh_phase)p;
        const double before = xh_cost_phase_joules(old, phase);
        const double after = xh_cost_phase_joules(new, phase);
        if (before > 0 || after > 0) {
            print_row(xh_phase_name(phase), before, after, "J", xh_phase_sentence(phase));
        }
    }
}

static void print_events(const xh_cost *old, const xh_cost *new) {
    for (int e = 0; e < XH_EVENTS; e++) {
        const xh_event event = (xh_event)e;
        const double before = xh_cost_event_joules(old, event);
        const double after = xh_cost_event_joules(new, event);
        if (before > 0 || after > 0) {
            print_row(xh_event_name(event), before, after, "J", xh_event_sentence(event));
        }
    }
}

/* What share of the energy goes to each component, what the whole would be if it cost twice or half
 * as much, and where its price comes from. */
static void print_prices(const xh_cost *cost, const xh_hardware *hardware) {
    printf("\nprices of %s: a unit, share of the energy, the whole with twice and with half the "
           "price, mark (P paper,\nC published code, D derived, M remembered, A assumed), source\n",
           hardware->name);
    for (int e = 0; e < XH_EVENTS; e++) {
        const xh_price *price = &hardware->price[e];
        const double share = xh_cost_event_joules(cost, (xh_event)e) / cost->total_joules;
        char joules[XH_QUANTITY_SIZE] = "-";
        if (share > 0) {
            printf("%-*s %10s %7.2f %% %+8.2f %% %+8.2f %%  %c  %s\n", LABEL,
                   xh_event_name((xh_event)e),
                   price->mark ? xh_quantity(price->joules, "J", joules) : joules, 100 * share,
                   100 * share, -50 * share, price->mark ? price->mark : ' ',
                   price->mark ? price->source : "by the physics of the device");
        }
    }
}

static void print_table(const quote *offer) {
    const xh_bill *old = &offer->recorded, *new = &offer->priced;
    printf("%s, seed %.0f\n\n", offer->experiment, offer->seed);
    printf("%-*s %*s %*s %*s\n", LABEL, "", VALUE, offer->hardware, VALUE, offer->other.name, RATIO,
           "ratio");
    print_figures(old, new);
    puts("\nenergy by phase");
    print_phases(&old->cost, &new->cost);
    puts("\nenergy by component");
    print_events(&old->cost, &new->cost);
    print_prices(&new->cost, &offer->other);
}

static xh_status read_quote(const xh_result *result, quote *offer, xh_error *error) {
    xh_status status = xh_bill_read(result, &offer->account, &offer->recorded, error);
    if (status == XH_OK) {
        status = xh_result_text(result, "/config", "experiment", &offer->experiment, error);
    }
    if (status == XH_OK) {
        status = xh_result_text(result, "/ledger/hardware", "name", &offer->hardware, error);
    }
    offer->seed = xh_result_number(result, "/", "seed");
    offer->result = xh_result_path(result);
    return status;
}

/* Digital hardware does the mathematics, of which results of earlier versions have no counts. */
static xh_status check_mathematics(const quote *offer, xh_error *error) {
    double count = 0;
    for (int phase = 0; phase < XH_PHASES; phase++) {
        count += offer->account.whole.count[phase][XH_EVENT_weight_mac];
    }
    return offer->other.digital && count == 0
               ? xh_error_set(error, XH_INPUT,
                              "%s: it has no counts of weight_mac, which %s prices: an earlier "
                              "version of crosshebb wrote it",
                              offer->result, offer->other.name)
               : XH_OK;
}

xh_status xh_command_price(const xh_arguments *arguments, xh_error *error) {
    static quote offer;
    xh_result *result = NULL;
    if (!arguments->hardware) {
        return xh_error_set(error, XH_INPUT,
                            "--hardware NAME or FILE.yaml is missing; crosshebb list hardware "
                            "lists the profiles");
    }
    xh_status status = xh_hardware_load(arguments->hardware, &offer.other, error);
    if (status == XH_OK) {
        status = xh_result_open(arguments->operands[0], &result, error);
    }
    if (status == XH_OK) {
        status = read_quote(result, &offer, error);
    }
    if (status == XH_OK) {
        status = check_mathematics(&offer, error);
    }
    if (status == XH_OK) {
        offer.priced = xh_bill_of(&offer.account, &offer.other);
        if (arguments->json) {
            print_json(&offer);
        } else {
            print_table(&offer);
        }
    }
    free(offer.experiment);
    free(offer.hardware);
    offer = (quote){.seed = 0};
    xh_result_close(result);
    return status;
}
