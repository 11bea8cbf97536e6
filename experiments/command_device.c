/* crosshebb device: what a device does, measured on a sample of its cells. */
#include "catalogue_device.h"
#include "device_view.h"

#include <math.h>
#include <string.h>

bool xh_device_view_distance(const xh_device_view *view, double *mean, double *deviation,
                             size_t *pulse) {
    const xh_published *published = &view->published;
    const xh_device_curve *curve = &view->response.curve;
    bool found = false;
    *mean = *deviation = 0;
    for (size_t r = 0; view->compared && r < published->count; r++) {
        const size_t row = xh_published_row(published, r, &view->how);
        if (row < curve->count) {
            const double of_mean =
                fabs(xh_device_weight(&view->response, curve->mean[row]) - published->mean[r]);
            const double of_std =
                fabs(curve->std[row] / view->response.nominal.unit - published->std[r]);
            *pulse = of_mean >= *mean ? row : *pulse;
            *mean = fmax(*mean, of_mean);
            *deviation = fmax(*deviation, of_std);
            found = true;
        }
    }
    return found;
}

/* A preset's own words, a model's, or the model of a file. */
static void summarise(xh_device_view *view) {
    const char *summary = view->model->summary;
    for (size_t i = 0; i < xh_catalogue_devices(); i++) {
        if (strcmp(xh_catalogue_device_name(i), view->name) == 0) {
            xh_catalogue_device_summary(i, view->summary);
            return;
        }
    }
    snprintf(view->summary, sizeof(view->summary), "a device of %s: %.200s", view->model->name,
             summary);
}

/* What was asked for, or else the pulses of the published response, or else those that bring the
 * device to its bounds. */
static xh_status choose_measurement(const xh_arguments *arguments, xh_device_view *view,
                                    xh_error *error) {
    const bool depresses = (view->model->traits & XH_DEVICE_DEPRESSES) != 0;
    view->how = xh_device_measurement_of(view->model, &view->params);
    if (view->compared) {
        view->how.up = view->published.up;
        view->how.down = view->published.down;
    }
    if (arguments->cells > 0) {
        view->how.cells = arguments->cells;
    }
    view->how.seed = (uint64_t)arguments->seed;
    if (!arguments->pulses) {
        return XH_OK;
    }
    if (!view->model->pulse) {
        return xh_error_set(error, XH_INPUT,
                            "--pulses: %s takes no pulses; its cells are programmed in closed loop",
                            view->model->name);
    }
    view->how.up = arguments->up;
    view->how.down = arguments->down;
    return depresses || arguments->down == 0
               ? XH_OK
               : xh_error_set(error, XH_INPUT, "--pulses: %s takes no down pulses",
                              view->model->name);
}

xh_status xh_command_device(const xh_arguments *arguments, xh_error *error) {
    static xh_device_view view;
    view.name = arguments->operands[0];
    xh_status status = xh_device_load(view.name, arguments->overrides, arguments->override_count,
                                      &view.model, &view.params, error);
    if (status != XH_OK) {
        return status;
    }
    summarise(&view);
    view.compared = arguments->override_count == 0 && xh_published_find(view.name, &view.published);
    status = choose_measurement(arguments, &view, error);
    if (status == XH_OK) {
        status = xh_device_respond(view.model, &view.params, &view.how, &view.response, error);
    }
    if (status == XH_OK && arguments->plot) {
        status = xh_device_view_plot(&view, arguments->plot, error);
    }
    if (status == XH_OK && arguments->json) {
        xh_device_view_json(&view);
    } else if (status == XH_OK) {
        xh_device_view_text(&view);
    }
    xh_device_response_free(&view.response);
    return status;
}
