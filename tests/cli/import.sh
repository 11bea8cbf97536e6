#!/usr/bin/env bash
# import.sh PROGRAM: texts of measured steps become a table, an experiment runs on it, and its result is such a table too.
. "$(dirname "$0")/common.sh"
program=$(realpath "$program")

# A cell whose steps fall linearly on their way, as a text for up and one for down pulses.
python3 - <<'PYTHON'
for way, sign in ("up", 1), ("down", -1):
    with open(way + ".txt", "w") as text:
        shares = [i / 10 for i in range(11)]
        print("conductances (S), probabilities, steps (S): a line a probability", file=text)
        print(", ".join("%.6g" % (2e-6 + 10e-6 * s) for s in shares), file=text)
        print(", ".join("%.6g" % (j / 20) for j in range(21)), file=text)
        print(file=text)
        for j in range(21):
            steps = [sign * 0.1 * (1 - s if sign > 0 else s) + 0.02 * (j / 10 - 1) for s in shares]
            print(",".join("%.9e" % (10e-6 * step) for step in steps), file=text)
PYTHON

expect 0 "$program" import up.txt down.txt --out cell.h5
grep -q '^range      2 uS \.\.\. 12 uS$' out || fail "no range in: $(cat out)"
grep -q '^mean step  5 % of the range up, -5 % down' out || fail "no steps in: $(cat out)"
expect 0 "$program" import up.txt up.txt down.txt down.txt --out cells.h5 --json
[ "$(number out 'x["tables"]')" = 2 ] || fail "not two tables: $(cat out)"
gzip -k up.txt
expect 0 "$program" import up.txt.gz down.txt --out zipped.h5
expect_same cell.h5 zipped.h5 /device

# An experiment names the file from its own folder; the result and what it resolved to run again, also on the result's
# own table.
mkdir folder
mv cell.h5 folder
sed 's/^device: .*/device: {model: lookup, table: cell.h5}/; s/^scheme: .*/scheme: {name: complementary}/' tiny.yaml >folder/tiny.yaml
expect 0 "$program" run folder/tiny.yaml --quiet --out one.h5
expect_same folder/cell.h5 one.h5 /device
expect 0 "$program" check folder/tiny.yaml
sed '/^predicted/,$d' out >resolved.yaml
grep -Eq '^  table: /.*/folder/cell\.h5 ' resolved.yaml || fail "no full path in: $(grep table: resolved.yaml)"
grep -Eq '^  checksum: [0-9a-f]{16} ' resolved.yaml || fail "no checksum in: $(grep checksum: resolved.yaml)"
expect 0 "$program" run resolved.yaml --quiet --out two.h5
expect_same one.h5 two.h5 /train /readout /ledger
expect 0 "$program" run resolved.yaml --quiet --out three.h5 --set device.table=one.h5
expect_same one.h5 three.h5 /train /readout /ledger
expect 0 "$program" run folder/tiny.yaml --quiet --out other.h5 --set device.table=example
h5diff -q one.h5 other.h5 /train /train && fail "the table changes nothing"

# What is wrong, is told: arguments, texts with their line, tables.
expect_error 'UP\.\.\. DOWN\.\.\. is missing' "$program" import up.txt
expect_error '^3 files: there must be as many of down pulses' "$program" import up.txt up.txt down.txt --out x.h5
expect_error '^--out TABLE.h5 is missing' "$program" import up.txt down.txt
expect_error 'x\.txt.* ends? in \.h5' "$program" import up.txt down.txt --out x.txt
expect_error '^nowhere\.txt: .*No such file' "$program" import nowhere.txt down.txt --out x.h5
expect_error '^down\.txt and up\.txt: the mean up step at mid-range is -0\.05 of the range: it must be positive' \
    "$program" import down.txt up.txt --out x.h5
sed '7s/,/,x/' up.txt >wrong.txt
expect_error '^wrong\.txt:7: value 2, "x.*", is no number' "$program" import wrong.txt down.txt --out x.h5
sed '7s/,[^,]*$//' up.txt >wrong.txt
expect_error '^wrong\.txt:7: 10 steps, one a conductance, instead of 11' "$program" import wrong.txt down.txt --out x.h5
sed '2s/2e-06/-2e-06/' up.txt >wrong.txt
expect_error '^wrong\.txt:2: value 1 of the conductances, -2e-06 S, is outside \[0, 1000\] S' \
    "$program" import wrong.txt down.txt --out x.h5
sed '$d' up.txt >wrong.txt
expect_error '^wrong\.txt: it ends before the line of steps' "$program" import wrong.txt down.txt --out x.h5
[ ! -e x.h5 ] || fail "a table of a wrong input"
sed 's/, table: cell.h5//' folder/tiny.yaml >wrong.yaml
expect_error '^wrong\.yaml:[0-9]+: device\.table is missing: a file that crosshebb import wrote' "$program" check wrong.yaml
expect_error '^--set device\.table=none\.h5: device\.table = none\.h5: No such file' \
    "$program" check folder/tiny.yaml --set device.table=none.h5
sed -i 's/cell\.h5/tiny.yaml/' folder/tiny.yaml
expect_error '^folder/tiny\.yaml:[0-9]+: device\.table = .*tiny\.yaml: it is damaged or no HDF5 file' \
    "$program" check folder/tiny.yaml
expect_error '^resolved\.yaml:[0-9]+: device\.checksum = [0-9a-f]+, but the table.s is' \
    "$program" check resolved.yaml --set device.table=cells.h5
