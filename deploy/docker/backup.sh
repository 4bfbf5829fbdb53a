#!/bin/bash
# A dump of each database of `make compose` into a folder: backup.sh FOLDER. Set COMPOSE to how compose is called.
set -euo pipefail
folder=$1
umask 077 # what people entered is in the dumps
mkdir -p "$folder"
date --utc +%Y-%m-%dT%H:%M:%S >"$folder/begun" # restore.sh lets the service hear again from then on
for database in acquis_{catalogue,agreements,assessment,recognition,notifications} keycloak; do
  ${COMPOSE:?} exec -T postgres pg_dump --username postgres --format custom "$database" >"$folder/$database.part"
  mv "$folder/$database.part" "$folder/$database.dump"
  echo "$database: $(stat --format %s "$folder/$database.dump") bytes"
done
