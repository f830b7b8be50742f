#!/bin/sh
# front_end.sh install|build|check|test VENV: installs the front end's locked packages, or runs its script of that name.
set -eu
step=$1
venv=$2

has_node() {
	command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null
}

# Without a Node.js of 20 or later on the machine, the lock file's one goes into the environment and comes first.
provide_node() {
	has_node && return
	PATH="$PWD/$venv/bin:$PATH"
	has_node && return
	scripts/environment.sh "$venv" requirements-node.txt
	hash -r
	has_node
}

provide_node
case $step in
install) npm ci --silent --no-audit --no-fund ;;
*) npm run --silent "$step" ;;
esac
