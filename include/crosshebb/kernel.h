/** How a hot loop is compiled. */
#ifndef CROSSHEBB_KERNEL_H
#define CROSSHEBB_KERNEL_H

/**
 * XH_KERNEL before a function compiles it for several instruction sets; the program picks the
 * widest that the processor has when it is loaded. Arithmetic is never contracted, so that a loop
 * without reductions gives the same bits in all of them.
 */
#define XH_KERNEL

/* Before version 12, gcc cannot choose by level; __gnu_linux__ means a loader that can. */
#if !defined(XH_NO_MULTIVERSION) && !defined(__clang__) && defined(__x86_64__) &&                  \
    defined(__gnu_linux__) && defined(__GNUC__)
#if __GNUC__ >= 12
#undef XH_KERNEL
#define XH_KERNEL __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#endif
#endif

#endif
