/** How a hot loop is compiled. */
#ifndef CROSSHEBB_KERNEL_H
#define CROSSHEBB_KERNEL_H

/**
 * XH_KERNEL before a function compiles it for several instruction sets, of which the processor's best is taken when
 * the program starts. Arithmetic is never contracted, so loops without reductions give the same bits in all of them.
 */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) &&                        \
    !defined(XH_NO_MULTIVERSION)
#define XH_KERNEL __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define XH_KERNEL
#endif

#endif
