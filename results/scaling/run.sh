#!/usr/bin/env bash
# run.sh PROGRAM [DIR [OPTION]...]: measures how the training step grows over threads, images a batch, width and image
# size, with the options that crosshebb bench takes (--threads, --quick); writes README.md and scaling.svg into DIR, by
# default this folder. Takes some minutes; the machine should have nothing else to do.
set -eu
export LC_ALL=C
program=$1
dir=${2:-$(dirname "$0")}
shift $(($# < 2 ? $# : 2))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
all=(threads batch width size)

for series in "${all[@]}"; do
    "$program" bench --series "$series" --json "$@" >"$work/$series.json"
    jq --raw-output '.points[] | [.at, .value, .bound, .ratio] | @tsv' "$work/$series.json" >"$work/$series.tsv"
done

# table SERIES: the points as Markdown.
table() {
    printf '\n| %s | step (ms) | its products (ms) | ratio |\n|---|---|---|---|\n' \
        "$(jq --raw-output .sentence "$work/$1.json")"
    awk '{ printf "| %g | %.1f | %.1f | %.2f |\n", $1, 1e3 * $2, 1e3 * $3, $4 }' "$work/$1.tsv"
}

{
    printf '# How the training step grows\n\n'
    cat <<'END'
Written by `results/scaling/run.sh`: a consecutive training step of softhebb-cifar-3 (batch of 10, images of 32 x 32),
of which one parameter at a time is changed, beside its matrix products alone, measured in turn.

END
    "$program" --version | awk '/^(crosshebb|revision|libraries|processor)/ { print "    " $0 }'
    printf '\n![step and products over threads, batch, width and image size](scaling.svg)\n'
    for series in "${all[@]}"; do
        table "$series"
    done
} >"$work/README.md"

# panel SERIES: how gnuplot draws it.
panel() {
    printf 'set xlabel "%s"\n' "$(jq --raw-output .sentence "$work/$1.json")"
    printf 'plot "%s" using 1:2 with linespoints linewidth 2 pointtype 7 title "step", \\\n' "$work/$1.tsv"
    printf '     "" using 1:3 with linespoints linewidth 2 pointtype 6 title "its products"\n'
}

{
    printf 'set terminal svg size 900,700 font "sans-serif,14" background "white"\n'
    printf 'set output "%s"\n' "$work/scaling.svg"
    printf 'set logscale y\nset ylabel "seconds"\nset grid\nset key bottom right\nset xrange [0:*]\n'
    printf 'set multiplot layout 2,2\n'
    for series in "${all[@]}"; do
        panel "$series"
    done
    printf 'unset multiplot\n'
} | gnuplot

mv "$work/README.md" "$work/scaling.svg" "$dir/"
