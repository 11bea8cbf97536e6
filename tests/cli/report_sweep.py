"""report_sweep.py KIND DIR: writes DIR/summary.h5 of a sweep that nobody ran, in the layout that sweeps have. Accuracy and energy are
known functions of the settings and the seed, so that a report can be checked against them.
KIND: line (one axis), grid (two axes, failures), mixed (three axes, one of words), random (500 points, 10 seeds, no two
alike), float (no devices), single (no axis, one seed), markup (names that are code)."""
import os
import sys

import h5py
import numpy as np

EVIL = "<script>alert(1)<!-- \"'`touch x`&]]>"
FIGURES = {
    "test_accuracy": "1",
    "energy_total_J": "J",
    "energy_per_image_J": "J",
    "energy_per_synapse_update_J": "J",
    "energy_per_pulse_J": "J",
    "latency_s": "s",
    "pulses": "1",
    "wear_max": "1",
    "wall_seconds": "s",
}
STATES = ("device.states", "1", "log", [2, 4, 8, 16, 32])
NOISE = ("device.cycle_noise", "1", "linear", [0, 0.05, 0.1, 0.2])
SCHEME = ("scheme.name", "1", "category", ["read_modify_write", "complementary"])
VOLTS = ("device.v_read", "V", "linear", [0.1, 0.2, 0.3])


def cross(axes):
    grids = np.meshgrid(*[np.arange(len(axis[3])) for axis in axes], indexing="ij")
    return [np.array(axis[3], dtype=object)[grid.ravel()] for axis, grid in zip(axes, grids)]


def draw(points):
    """Settings of points that share none."""
    random = np.random.default_rng(7)
    axes = [STATES, NOISE, VOLTS, ("training.batch", "1", "log", None)]
    columns = [2 ** random.uniform(1, 6, points), random.uniform(0, 0.3, points), random.uniform(0.1, 0.3, points),
               random.integers(1, 200, points).astype(float)]
    return axes, columns


def measure(columns, seeds):
    """Accuracy and energy [points][seeds]: seeds shift all points alike, and each a little on its own."""
    random = np.random.default_rng(1)
    points = len(columns[0]) if columns else 1
    gain, cost = np.full(points, 0.9), np.full(points, 1e-3)
    for column in columns:
        if isinstance(column[0], str):
            gain -= 0.02 * np.array([len(word) % 2 for word in column])
            cost *= np.array([1.0 + len(word) % 3 for word in column])
        else:
            values = np.array(column, dtype=float)
            gain -= 0.15 * values / (1 + values) if values.max() <= 1 else 0.1 / values
            cost *= 1 + values
    shift = random.normal(0, 0.004, seeds)
    accuracy = gain[:, None] + shift[None, :] + random.normal(0, 0.0015, (points, seeds))
    energy = cost[:, None] * (1 + random.normal(0, 0.01, (points, seeds)))
    return accuracy, energy


def write(folder, name, axes, columns, seeds, failed=(), missing=(), energy=True, text=None):
    accuracy, joules = measure(columns, seeds)
    points = accuracy.shape[0]
    results = {
        "test_accuracy": accuracy,
        "energy_total_J": joules,
        "energy_per_image_J": joules / 1e4,
        "energy_per_synapse_update_J": joules / 1e8,
        "energy_per_pulse_J": joules / 1e6,
        "latency_s": joules * 100,
        "pulses": np.round(joules * 1e9),
        "wear_max": joules * 1e4,
        "wall_seconds": np.full((points, seeds), 12.5),
    }
    status = np.zeros((points, seeds), dtype="i4")
    messages = [["" for _ in range(seeds)] for _ in range(points)]
    for point, seed, message in failed:
        status[point, seed], messages[point][seed] = 1, message
    for point, seed in missing:
        status[point, seed] = 2
    os.makedirs(folder, exist_ok=True)
    words = h5py.string_dtype()
    with h5py.File(f"{folder}/summary.h5", "w") as file:
        file.attrs["format"], file.attrs["format_version"], file.attrs["name"] = "crosshebb-sweep", 1, name
        file.create_dataset("config", data=text or f"sweep: {name}\nbase: experiment.yaml\n", dtype=words)
        for index, (axis, column) in enumerate(zip(axes, columns)):
            plain = isinstance(column[0], str)
            data = file.create_dataset(f"axes/{index}", data=list(column), dtype=words if plain else "f8")
            data.attrs["key"], data.attrs["unit"], data.attrs["scale"] = axis[0], axis[1], axis[2]
        for figure, values in results.items():
            none = not energy and figure not in ("test_accuracy", "wall_seconds")
            values = np.where((status == 0) & (not none), values, np.nan)
            data = file.create_dataset(f"results/{figure}", data=values)
            data.attrs["unit"], data.attrs["description"] = FIGURES[figure], figure
        for index, kind in enumerate(("network", "device", "cycle")):
            file[f"seeds/{kind}"] = np.arange(seeds) + 100 * index
        file["status"] = status
        file.create_dataset("messages", data=messages, dtype=words)
        for run in range(points * seeds):
            file[f"points/{run:05}"] = h5py.ExternalLink(f"points/{run:05}.h5", "/")


def main(kind, folder):
    if kind == "line":
        write(folder, kind, [STATES], cross([STATES]), 5)
    elif kind == "grid":
        full = "the disk is full"
        write(folder, kind, [STATES, NOISE], cross([STATES, NOISE]), 5,
              failed=[(0, 1, full), (0, 2, full), (7, 4, "device.states = 3 is not a power of 2")], missing=[(19, 4)])
    elif kind == "mixed":
        axes = [STATES, SCHEME, VOLTS]
        write(folder, kind, axes, cross(axes), 3)
    elif kind == "random":
        axes, columns = draw(500)
        write(folder, kind, axes, columns, 10, failed=[(point, 3, "it did not converge") for point in range(0, 500, 25)])
    elif kind == "float":
        axes = [("training.batch", "1", "log", [1, 10, 100])]
        write(folder, kind, axes, cross(axes), 2, energy=False)
    elif kind == "single":
        write(folder, kind, [], [], 1)
    elif kind == "markup":
        axes = [(EVIL, "<b>", "linear", [1, 2]), ("words\\" + EVIL, "1", "category", [EVIL, "`touch x`"])]
        write(folder, EVIL, axes, cross(axes), 2, failed=[(0, 0, "</li>" + EVIL)], text="</pre>" + EVIL)


if __name__ == "__main__":
    main(*sys.argv[1:])
