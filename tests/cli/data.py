"""data.py DIR TRAIN TEST: a tiny data set in the layout of MNIST's authors, ten kinds of stripes with noise."""
import random
import struct
import sys
from pathlib import Path

SIDE = 28


def image(label, generator):
    """Stripes whose direction and width tell the class."""
    width, tilt = 2 + label // 2, 1 if label % 2 else -1
    for row in range(SIDE):
        for column in range(SIDE):
            bright = (row + tilt * column) // width % 2
            yield min(255, 180 * bright + generator.randrange(76))


def write(folder, stem, count, generator):
    labels = [generator.randrange(10) for _ in range(count)]
    pixels = b"".join(bytes(image(label, generator)) for label in labels)
    header = struct.pack(">IIII", 0x803, count, SIDE, SIDE)
    (folder / f"{stem}-images-idx3-ubyte").write_bytes(header + pixels)
    header = struct.pack(">II", 0x801, count)
    (folder / f"{stem}-labels-idx1-ubyte").write_bytes(header + bytes(labels))


def main():
    folder = Path(sys.argv[1]) / "mnist"
    folder.mkdir(parents=True)
    generator = random.Random(1)
    write(folder, "train", int(sys.argv[2]), generator)
    write(folder, "t10k", int(sys.argv[3]), generator)


main()
