#!/bin/sh
# Makes the secrets that docker-compose.yml hands to its services. One that is there stays as it is.
set -eu
umask 077
folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/secrets
mkdir -p "$folder"

random() {
	od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

# keep NAME: writes what comes in to the secret NAME, unless it is there. The services' own users read it as a single
# mounted file, so the file is readable; on this machine the folder keeps others out.
keep() {
	if [ -e "$folder/$1" ]; then
		cat >/dev/null
	else
		cat >"$folder/$1"
		chmod 0444 "$folder/$1"
	fi
}

random | keep postgres_password
random | keep redis_password
random | keep corridor_secret
printf 'postgresql+asyncpg://corridor:%s@postgres:5432/corridor' "$(cat "$folder/postgres_password")" | keep database_url
printf 'redis://:%s@redis:6379/0' "$(cat "$folder/redis_password")" | keep redis_url
printf 'requirepass %s\n' "$(cat "$folder/redis_password")" | keep redis_conf
echo "The secrets are in $folder."
