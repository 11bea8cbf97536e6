#!/bin/sh
# generate.sh PROGRAM [DIR]: writes the pages that come from the program's own tables (devices, schemes, networks, data
# sets, hardware, keys of an experiment) below DIR, by default this folder.
set -eu
program=$1
dir=${2:-$(dirname "$0")}

# head TITLE: how each page begins.
head() {
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
    "$program" list "$1" >"$dir/$1/README.md"
    index=$(head "$3"; printf '\n| name | |\n|---|---|\n')
    while read -r name summary; do
        { head "$name"; body "$2" "$name"; } >"$dir/$1/$name.md"
        index="$index
| [$name]($name.md) | $(printf '%s' "$summary" | sed 's/|/\\|/g') |"
    done <"$dir/$1/README.md"
    printf '%s\n' "$index" >"$dir/$1/README.md"
}

pages devices device 'Device models'
pages schemes scheme 'Update schemes'
pages networks network 'Networks'
pages datasets dataset 'Data sets'
pages hardware hardware 'Hardware profiles'

sections=$("$program" list sections)
{
    head 'Keys of an experiment'
    printf '%s\n' "$sections" | while read -r name _; do
        printf '\n## %s\n' "$name"
        body section "$name"
    done
} >"$dir/keys.md"
