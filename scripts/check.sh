#!/bin/sh
# Everything that can be proved without starting anything: style, types, the shape of the house, the deployment files.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin

step() {
	echo "· $1"
	shift
	"$@"
}

step "style" $bin/ruff check --quiet .
step "format" $bin/ruff format --check --quiet .
step "types" $bin/mypy
step "front end" scripts/front_end.sh check .venv
step "the shape of the house" $bin/python -m pytest --quiet --no-header tests/test_architecture.py tests/test_house.py
step "docker-compose.yml against the Compose specification" \
	$bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
step "the proxies' configuration" $bin/python scripts/proxy_check.py
echo "All is well."
