#!/bin/sh
# Writes the locks of the service image: what services need at run time, and what builds their wheels.
# Versions come from requirements.lock, so a service never runs on other versions than those tested.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-.boot/bin/uv}
libs="money statutes contracts bankfiles runtime delivery"

compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --constraint requirements.lock "$@"
}

projects="" ours=""
for lib in $libs; do
    projects="$projects libs/$lib/pyproject.toml"
    ours="$ours --no-emit-package fordring-$lib"
done
# the lists are words without spaces, to be split
# shellcheck disable=SC2086
compile $ours $projects services/*/pyproject.toml --output-file deploy/requirements.service.lock
echo hatchling | compile - --output-file deploy/requirements.build.lock
