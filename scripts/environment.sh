#!/bin/sh
# environment.sh VENV LOCKFILE: makes the virtual environment VENV if it is not there, and installs LOCKFILE into it.
set -eu
venv=$1
lock=$2

find_python() {
	for name in "${PYTHON:-}" python3 python3.11 python3.12 python3.13 python3.14; do
		if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
			echo "$name"
			return
		fi
	done
	echo "Corridor needs Python 3.11 or later and found none. Install it, or name it: make PYTHON=/path/to/python3." >&2
	return 1
}

# Debian keeps pip for environments in a package of its own (python3-venv); without it the machine's pip will do.
make_environment() {
	python=$1
	"$python" -m venv "$venv" >/dev/null 2>&1 && return
	rm -rf "$venv"
	"$python" -m virtualenv --quiet "$venv" 2>/dev/null && return
	"$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip "$venv" 2>/dev/null && return
	rm -rf "$venv"
	cat >&2 <<-SENTENCE
	$python can make no virtual environment: it has neither ensurepip, virtualenv nor pip.
	On Debian or Ubuntu:  sudo apt-get install python3-venv
	SENTENCE
	return 1
}

install_lock() {
	if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
		set -- "$venv/bin/python" -m pip
	else
		set -- "$1" -m pip --python "$venv/bin/python"
	fi
	"$@" install --quiet --quiet --disable-pip-version-check --require-hashes --requirement "$lock"
}

python=$(find_python)
[ -x "$venv/bin/python" ] || make_environment "$python"
echo "Installing $lock into $venv …"
install_lock "$python"
