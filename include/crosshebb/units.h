/** Multiples of SI units, so that a figure in the code reads as it does in its source. */
#ifndef CROSSHEBB_UNITS_H
#define CROSSHEBB_UNITS_H

/* Divisions, since powers of ten are exact and their inverses are not: 20 uS is 2e-05 S to the
 * bit. */
#define XH_MICROSIEMENS(value) ((value) / 1e6)
#define XH_NANOSECONDS(value) ((value) / 1e9)
#define XH_PICOJOULES(value) ((value) / 1e12)
#define XH_NANOJOULES(value) ((value) / 1e9)

#endif
