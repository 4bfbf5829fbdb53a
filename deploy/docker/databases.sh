#!/bin/bash
# Run once, when the data directory is new: a database for each service with an owner that makes the tables and an
# application role that owns nothing, and one for Keycloak.
set -euo pipefail

provide() { # database, owner, owner's password
  psql -v ON_ERROR_STOP=1 --username postgres --dbname postgres \
    --set database="$1" --set owner="$2" --set password="$3" <<'SQL'
CREATE ROLE :"owner" LOGIN PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"owner";
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
SQL
}

for service in catalogue agreements assessment recognition notifications; do
  provide "acquis_$service" "acquis_${service}_owner" "$OWNER_PASSWORD"
  psql -v ON_ERROR_STOP=1 --username postgres --dbname postgres \
    --set role="acquis_$service" --set password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
GRANT CONNECT ON DATABASE :"role" TO :"role";
SQL
done
provide keycloak keycloak "$DATABASE_PASSWORD"
