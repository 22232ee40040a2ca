#!/bin/bash
# Runs once, when the database's volume is empty. Roles as config/roles.py makes them, without what only tests need.
set -euo pipefail

psql --no-psqlrc -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<'SQL'
\getenv own_password OWN_PASSWORD
\getenv web_password WEB_PASSWORD
\getenv sys_password SYS_PASSWORD
CREATE ROLE own LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'own_password';
CREATE ROLE web LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'web_password';
CREATE ROLE sys LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'sys_password';
ALTER DATABASE :"DBNAME" OWNER TO own;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
SQL
