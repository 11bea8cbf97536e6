/** The library of matrix products, OpenBLAS, made to use what the processor has. */
#ifndef XH_BLAS_H
#define XH_BLAS_H

/** OpenBLAS knows processors by their model numbers, and takes kernels of the year 2004 for one that
 * is newer than itself. Where it did so on a processor with AVX2 or AVX-512, this starts the program
 * anew with the kernels for those (OPENBLAS_CORETYPE), which the library only heeds when it is
 * loaded; it does nothing if that variable is set, and returns if all is well. To be called first. */
void xh_blas_choose(char **argv);

#endif
