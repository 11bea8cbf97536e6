/* What made this program and what it runs on, for the result and for --version. */
#include "crosshebb/trace.h"

#include "build_info.h"
#include "revision.h"

#include <cblas.h>
#include <gsl/gsl_version.h>
#include <hdf5.h>
#include <jconfig.h>
#include <omp.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>
#include <zlib.h>

enum { TEXT = 512 };

static const char *libraries(void) {
    static char text[TEXT];
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof(text),
             "HDF5 %u.%u.%u, %s, libyaml %s, zlib %s, GSL %s, libjpeg-turbo %d.%d.%d, libpng %s",
             major, minor, release, openblas_get_config(), yaml_get_version_string(), zlibVersion(),
             gsl_version, LIBJPEG_TURBO_VERSION_NUMBER / 1000000,
             LIBJPEG_TURBO_VERSION_NUMBER / 1000 % 1000, LIBJPEG_TURBO_VERSION_NUMBER % 1000,
             png_get_libpng_ver(NULL));
    return text;
}

/* The first model name that the system's list of processors has. */
static const char *cpu(void) {
    static char text[TEXT];
    snprintf(text, sizeof(text), "unknown");
    FILE *stream = fopen("/proc/cpuinfo", "r");
    if (!stream) {
        return text;
    }
    char line[TEXT];
    while (fgets(line, sizeof(line), stream)) {
        const char *value = strchr(line, ':');
        if (value && strncmp(line, "model name", strlen("model name")) == 0) {
            value += strspn(value, ": \t");
            snprintf(text, sizeof(text), "%.*s", (int)strcspn(value, "\n"), value);
            break;
        }
    }
    fclose(stream);
    return text;
}

xh_trace_code xh_trace_code_here(void) {
    return (xh_trace_code){
        .version = XH_BUILD_VERSION,
        .revision = XH_BUILD_REVISION,
        .compiler = XH_BUILD_COMPILER,
        .flags = XH_BUILD_FLAGS,
        .libraries = libraries(),
        .cpu = cpu(),
        .threads = omp_get_max_threads(),
    };
}
