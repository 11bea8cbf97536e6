/** Multiples of SI units, so that a figure in the code reads as it does in its source. */
#ifndef CROSSHEBB_UNITS_H
#define CROSSHEBB_UNITS_H

#define XH_MICROSIEMENS 1e-6
#define XH_NANOSECOND 1e-9
#define XH_PICOJOULE 1e-12
#define XH_NANOJOULE 1e-9

#endif
