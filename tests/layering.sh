#!/bin/sh
# Includes go downwards: a file includes its own floor's private headers and public headers of its own floor and below;
# and nothing that learns includes the probe. Prints every include that does not; fails if there is one.
set -eu
cd "$(dirname "$0")/.."

includes=$(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]+"' --include='*.[ch]' \
    include devices sim models experiments)

# Rows "file:line:#include "header"" in; complaints out.
printf '%s\n' "$includes" | awk -F: '
function floors(floor, headers,    name, i, n) {
    n = split(headers, name, " ")
    for (i = 1; i <= n; i++) public["crosshebb/" name[i] ".h"] = floor
}
# The floor of a file of the tree, by its folder.
function floor_of(path) {
    if (path ~ /^include\//) return public[substr(path, 9)]
    if (path ~ /^devices\/base\//) return "base"
    sub(/\/.*/, "", path)
    return path
}
function exists(path,    line, status) {
    status = (getline line < path)
    close(path)
    return status >= 0
}
# The file that a private include means: beside the file that includes it, in the folder of its floor, or from the root.
function private_path(path, header,    folder) {
    folder = path
    sub(/\/.*/, "/", folder)
    sub(/[^\/]*$/, "", path)
    if (exists(path header)) return path header
    return exists(folder header) ? folder header : header
}
function complain(why) {
    print $1 ":" $2 ": " header " " why
    bad = 1
}
BEGIN {
    height["base"] = 0; height["devices"] = 1; height["sim"] = 2; height["models"] = 3; height["experiments"] = 4
    floors("base", "array bfloat16 kernel param partners rng state statistics status units")
    floors("devices", "device step_table")
    floors("sim", "converter crossbar encoding ledger nonideality probe pulse scheme synapses tile wire")
    floors("models", "baseline layer network patches readout softhebb")
    floors("experiments", "config dataset loader report run sweep trace")
}
{
    file = $1
    header = $0
    sub(/^[^"]*"/, "", header)
    sub(/".*/, "", header)
    floor = floor_of(file)
    count++
    if (!(floor in height)) complain("is included by a header that belongs to no floor in tests/layering.sh")
    else if (header ~ /^crosshebb\//) {
        if (!(header in public)) complain("belongs to no floor in tests/layering.sh")
        else if (height[public[header]] > height[floor]) complain("is of a floor above " floor)
    }
    else if (exists(private_path(file, header)) && floor_of(private_path(file, header)) != floor)
        complain("is private to another floor than " floor)
    if (header ~ /(^|\/)probe\.h$/ && file ~ /^(include|models|sim\/schemes)\//)
        complain("is not for what learns")
    if (header ~ /(^|\/)crossbar_internal\.h$/ && file ~ /^sim\/schemes\//)
        complain("shows a scheme what hardware does not")
}
END {
    if (count < 20) { print "only " count " includes found"; bad = 1 }
    exit bad
}'
