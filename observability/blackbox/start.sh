#!/bin/sh
# The blackbox exporter reads no environment variables: the password goes into a file that its configuration names.
set -eu
umask 077
printf '%s' "$GRAFANA_READER_PASSWORD" >/tmp/reader-password
exec /bin/blackbox_exporter --config.file=/etc/blackbox_exporter/config.yml
