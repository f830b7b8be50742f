#!/bin/sh
# Locks every requirements*.in: every version pinned, every file hashed, for any Python from 3.11 on and any machine.
# Registries are whatever the machine is set up with; their addresses do not belong in a lock file.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
	"${PYTHON:-python3}" -m venv "$scratch"
	"$scratch/bin/pip" install --quiet uv
	uv="$scratch/bin/uv"
fi
for source in requirements.in requirements-dev.in requirements-node.in bench/requirements.in; do
	"$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		"$@" "$source" --output-file "${source%.in}.txt"
done
