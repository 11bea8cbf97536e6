#!/bin/sh
# generate.sh PROGRAM [DIR]: writes the pages that come from the program's own tables (devices, schemes, networks, data
# sets, hardware, keys of an experiment) below DIR, by default this folder.
set -eu
program=$1
dir=${2:-$(dirname "$0")}
origin='<!-- Written by docs/generate.sh from the tables of the program: change those. -->'

# page KIND NAME: what the program shows of one thing, as it prints it.
page() {
    printf '%s\n\n# %s\n\n```text\n' "$origin" "$2"
    "$program" show "$1" "$2"
    printf '```\n'
}

# pages LIST KIND TITLE: a folder with a page for each thing that the program lists, and an index.
pages() {
    rm -rf "${dir:?}/$1"
    mkdir -p "$dir/$1"
    {
        printf '%s\n\n# %s\n\n| name | |\n|---|---|\n' "$origin" "$3"
        "$program" list "$1" | while read -r name summary; do
            page "$2" "$name" >"$dir/$1/$name.md"
            printf '| [%s](%s.md) | %s |\n' "$name" "$name" "$summary"
        done
    } >"$dir/$1/README.md"
}

pages devices device 'Device models'
pages schemes scheme 'Update schemes'
pages networks network 'Networks'
pages datasets dataset 'Data sets'
pages hardware hardware 'Hardware profiles'

{
    printf '%s\n\n# Keys of an experiment\n' "$origin"
    for section in experiment seeds dataset layer crossbar training readout output; do
        printf '\n## %s\n\n```text\n' "$section"
        "$program" show section "$section"
        printf '```\n'
    done
} >"$dir/keys.md"
