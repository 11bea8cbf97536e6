#!/bin/sh
# fresh.sh [--all] [DIR]: clones the checkout into a new Debian 12 without anything else, below DIR (default: a folder
# of $TMPDIR that is removed at the end), and runs the quick start there; with --all, every test too. Needs root and
# debootstrap.
set -eu
what='experiments/quickstart.sh'
if [ "${1:-}" = --all ]; then
    what='experiments/quickstart.sh && tests/all.sh'
    shift
fi
checkout=$(cd "$(dirname "$0")/.." && pwd)

if [ "$#" -gt 0 ]; then
    mkdir -p "$1"
    root=$(cd "$1" && pwd)
else
    root=$(mktemp -d)
    chmod 755 "$root" # apt fetches as a user of its own
fi
keep=$#
leave() {
    umount "$root/proc" 2>/dev/null || true
    [ "$keep" -gt 0 ] || rm -rf --one-file-system "$root"
}
trap leave EXIT
trap 'exit 130' INT TERM

# The mirror, and how to reach it, are the host's.
# shellcheck disable=SC2016 # $(SITE) is apt-get's
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
[ -e "$root/etc/debian_version" ] ||
    debootstrap --variant=minbase --include=ca-certificates,git bookworm "$root" \
        "${mirror:-http://deb.debian.org/debian}"
cp -r /etc/apt/apt.conf.d /etc/apt/sources.list.d "$root/etc/apt/"
[ ! -e /etc/apt/sources.list ] || cp /etc/apt/sources.list "$root/etc/apt/"
[ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$root/etc/"
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"

rm -rf "$root/checkout"
mkdir "$root/checkout"
git clone --quiet --no-hardlinks "$checkout" "$root/checkout/crosshebb"
chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 CI="${CI:-}" \
    sh -c "cd /checkout/crosshebb && $what"
