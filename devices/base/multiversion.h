/*
 * One macro for the few kernels that are worth a copy for each instruction set: the program picks
 * the widest that the processor has when it is loaded. All copies give the same bits, because the
 * project is compiled without contraction and the kernels fix the order of their operations.
 */
#ifndef XH_DEVICES_BASE_MULTIVERSION_H
#define XH_DEVICES_BASE_MULTIVERSION_H

#define XH_MULTIVERSION

/* Before version 12, gcc cannot choose by level (x86-64-v4); __gnu_linux__ means an ifunc loader. */
#if !defined(XH_NO_MULTIVERSION) && !defined(__clang__) && defined(__x86_64__) &&                  \
    defined(__gnu_linux__) && defined(__GNUC__)
#if __GNUC__ >= 12
#undef XH_MULTIVERSION
#define XH_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#endif
#endif

#endif
