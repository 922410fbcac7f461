#!/usr/bin/env bash
# A role and a database per service, which no other service's role can open.
# The PostgreSQL image runs this once, when its volume is empty; running it again changes only the passwords.
set -e

for service in gateway intake lifecycle payment_control settlement communication accounting; do
    variable="$(echo "$service" | tr '[:lower:]' '[:upper:]')_DB_PASSWORD"
    export SERVICE_PASSWORD="${!variable}"
    if ! [[ "$SERVICE_PASSWORD" =~ ^[A-Za-z0-9_-]+$ ]]; then
        echo "$variable: letters, digits, _ and - only, at least one: it becomes part of an address" >&2
        exit 1
    fi
    psql -X -q -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres -v name="$service" <<'SQL'
\getenv password SERVICE_PASSWORD
SELECT format('CREATE ROLE %I LOGIN', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC;
SQL
done
