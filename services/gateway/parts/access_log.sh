#!/bin/sh
# The file of the access log: numbered ones, the newest first; nginx opens a new one when it is told to.

ACCESS_LOG_BYTES=20000000
ACCESS_LOGS_KEPT=3

rotate_access_log() {
    [ -n "$ACCESS_LOG_FILE" ] || return 0
    [ "$(stat -c %s "$ACCESS_LOG_FILE" 2>/dev/null || echo 0)" -gt "$ACCESS_LOG_BYTES" ] || return 0
    number=$ACCESS_LOGS_KEPT
    while [ "$number" -gt 1 ]; do
        mv -f "$ACCESS_LOG_FILE.$((number - 1))" "$ACCESS_LOG_FILE.$number" 2>/dev/null || true
        number=$((number - 1))
    done
    mv -f "$ACCESS_LOG_FILE" "$ACCESS_LOG_FILE.1"
    # shellcheck disable=SC2154  # the entrypoint's
    kill -USR1 "$nginx"
}
