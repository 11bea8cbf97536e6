/* Wires: what all ways to compute them share. */
#include "crosshebb/wire.h"

bool xh_wires_ideal(xh_wires wires) {
    return wires.word == 0 && wires.bit == 0 && wires.source == 0 && wires.load == 0;
}
