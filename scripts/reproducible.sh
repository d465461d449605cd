#!/bin/sh
# Builds the published jars twice, in two folders of different length, and compares them byte for byte.
# The command knows every published module, so its reactor is what is built. Equal jars are promised for one JDK
# release; JAVA_HOME chooses it. Options go to Maven (-o: without a network).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

for folder in "$work/a" "$work/a-longer-name/b"; do
    mkdir -p "$folder"
    # What git knows and what it does not ignore: the tree as it is, without anything built.
    (cd "$root" && git ls-files -z --cached --others --exclude-standard) |
        (cd "$root" && xargs -0 sh -c 'for f; do [ -e "$f" ] && printf "%s\0" "$f"; done' sh) |
        (cd "$root" && tar -c --null -T - -f -) | tar -x -C "$folder" -f -
    # A different umask, zone and language a time: none of them may be seen in a jar.
    if [ "$folder" = "$work/a" ]; then
        umask 022; TZ=UTC; LC_ALL=C
    else
        umask 077; TZ=Pacific/Auckland; LC_ALL=tr_TR.UTF-8
    fi
    export TZ LC_ALL
    (cd "$folder" && mvn -q -Dquick -Dmaven.test.skip=true "$@" package -pl cli -am)
done

different=0
jars=0
for jar in $(cd "$work/a" && find . -maxdepth 3 -path './*/target/lading*.jar' | sort); do
    jars=$((jars + 1))
    if ! cmp -s "$work/a/$jar" "$work/a-longer-name/b/$jar"; then
        echo "differs: $jar" >&2
        different=1
    fi
done
[ "$jars" -gt 0 ] || { echo "no jar was built" >&2; exit 1; }
[ "$different" = 0 ] || exit 1
echo "$jars jars, equal byte for byte"
