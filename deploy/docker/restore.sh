#!/bin/bash
# One service's database of `make compose` as it was in a backup: restore.sh FOLDER SERVICE. What is in it now is lost.
# Then it hears again what came since. Set COMPOSE to how compose is called.
set -euo pipefail
folder=$1 service=$2 database=acquis_$2
# Those that stopped before count, too: a restore that was broken off is done once more.
processes=$(${COMPOSE:?} ps --all --services | grep "^$service-" | grep -v -- "-migrate$" || true)
[ -z "$processes" ] || $COMPOSE stop $processes
psql() { $COMPOSE exec -T postgres psql --username postgres --quiet -v ON_ERROR_STOP=1 "$@"; }
psql --command "DROP DATABASE IF EXISTS $database WITH (FORCE)" --command "CREATE DATABASE $database OWNER ${database}_owner" \
  --command "REVOKE CONNECT, TEMPORARY ON DATABASE $database FROM PUBLIC" \
  --command "GRANT CONNECT ON DATABASE $database TO $database"
$COMPOSE exec -T postgres pg_restore --username postgres --exit-on-error --dbname "$database" <"$folder/$database.dump"
# A release may have been made since.
$COMPOSE run --rm --no-deps "$service-migrate"
if [ "$service" = notifications ]; then
  # Readers of the feed may be ahead of the backup: what comes now has to come after their positions, or they would miss it.
  psql --dbname "$database" --output /dev/null --command \
    "SELECT setval(sequence, nextval(sequence) + 1000000000) FROM pg_get_serial_sequence('feed', 'position') AS sequence"
fi
# What had been said before the backup may not have been heard yet; what was heard is passed over.
since=$(date --utc --date "$(cat "$folder/begun")Z - 1 hour" +%Y-%m-%dT%H:%M:%S)
if [ "$service" != catalogue ]; then
  $COMPOSE run --rm --no-deps "$service-consume" "services.$service" replay --since "$since"
fi
[ -z "$processes" ] || $COMPOSE up --detach --wait --no-deps --no-recreate $processes
