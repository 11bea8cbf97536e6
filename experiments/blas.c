#include "blas.h"

#include <cblas.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernels that this processor can run; NULL if it has no wide vectors. */
static const char *kernels_here(void) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
        return "SkylakeX";
    }
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? "Haswell" : NULL;
}

/* Whether the library took kernels that use neither AVX2 nor AVX-512. */
static int is_old(const char *kernels) {
    static const char *const old[] = {"Generic",    "Prescott", "Core2",       "Penryn",
                                      "Dunnington", "Nehalem",  "Sandybridge", "Atom",
                                      "Barcelona",  "Bobcat",   "Opteron",     "Banias"};
    for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
        if (strcmp(kernels, old[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

void xh_blas_choose(char **argv) {
    static const char variable[] = "OPENBLAS_CORETYPE";
    const char *better = kernels_here();
    if (!better || getenv(variable) || !is_old(openblas_get_corename())) {
        return;
    }
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (length > 0 && setenv(variable, better, 1) == 0) {
        program[length] = '\0';
        execv(program, argv);
        unsetenv(variable);
    }
}
