#!/bin/sh
# Sees to the programs that the tests and the bench start: Redis, PostgreSQL, Chromium and a proxy. Those that are
# missing come from apt where we may use it; else this says what is missing, and fails. Starts no service.
set -eu

has_postgresql() {
	command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

has_chromium() {
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

has_proxy() {
	command -v caddy >/dev/null || command -v nginx >/dev/null || [ -x /usr/sbin/nginx ]
}

# The Debian packages that are missing, one a line.
missing() {
	command -v redis-server >/dev/null || echo redis-server
	has_postgresql || echo postgresql
	has_chromium || echo chromium
	has_proxy || echo caddy
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
	command -v apt-get >/dev/null && as_root true 2>/dev/null
}

# A package that brings a service starts it at once unless this file says no.
forbid_services() {
	[ -e /usr/sbin/policy-rc.d ] && return
	printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
	as_root chmod +x /usr/sbin/policy-rc.d
	trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
}

install_packages() {
	echo "Installing for the tests: $*"
	forbid_services
	as_root apt-get update -qq
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

packages=$(missing)
[ -z "$packages" ] && exit 0
# shellcheck disable=SC2086 # one word a package
may_install && install_packages $packages
packages=$(missing)
[ -z "$packages" ] && exit 0
echo "The tests need programs that are not on this machine and that could not be installed:" >&2
echo "$packages" | sed 's/^/  /' >&2
exit 1
