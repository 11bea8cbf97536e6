#!/bin/sh
# generate.sh PROGRAM [DIR]: writes the pages that come from the program's own tables (devices, schemes, encodings,
# non-idealities, networks, data sets, hardware, keys of an experiment) below DIR, by default this folder.
set -eu
program=$1
dir=${2:-$(dirname "$0")}

# title TEXT: how each page begins.
title() {
    printf '<!-- Written by docs/generate.sh from the tables of the program: change those. -->\n\n# %s\n' "$1"
}

# body KIND NAME: what the program shows of one thing, as it prints it.
body() {
    printf '\n```text\n'
    "$program" show "$1" "$2"
    printf '```\n'
}

# pages LIST KIND TITLE: a folder with a page for each thing that the program lists, and an index.
pages() {
    rm -rf "${dir:?}/$1"
    mkdir -p "$dir/$1"
    list=$("$program" list "$1")
    { title "$3"; printf '\n| name | |\n|---|---|\n'; } >"$dir/$1/README.md"
    while read -r name summary; do
        { title "$name"; body "$2" "$name"; } >"$dir/$1/$name.md"
        printf '| [%s](%s.md) | %s |\n' "$name" "$name" "$(printf '%s' "$summary" | sed 's/|/\\|/g')" >>"$dir/$1/README.md"
    done <<END
$list
END
}

pages devices device 'Devices'
pages schemes scheme 'Update schemes'
pages encodings encoding 'Encodings of a synapse'
pages nonidealities nonideality 'Non-idealities'
pages networks network 'Networks'
pages datasets dataset 'Data sets'
pages hardware hardware 'Hardware profiles'

title 'Keys of an experiment' >"$dir/keys.md"
list=$("$program" list sections)
while read -r name summary; do
    { printf '\n## %s: %s\n' "$name" "$summary"; body section "$name"; } >>"$dir/keys.md"
done <<END
$list
END
