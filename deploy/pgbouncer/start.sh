#!/bin/bash
# The two passwords go from the environment to a file that only PgBouncer reads, and from there nowhere.
set -euo pipefail
umask 077
printf '"web" "%s"\n"sys" "%s"\n' "${WEB_PASSWORD:?}" "${SYS_PASSWORD:?}" > /run/pgbouncer/userlist.txt
unset WEB_PASSWORD SYS_PASSWORD
exec pgbouncer /etc/dudao/pgbouncer.ini
