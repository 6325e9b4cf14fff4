#!/bin/sh
# Renders nginx's configuration from the environment, sees to a certificate, and runs nginx.
#   serve   (default) run, and follow the API's replicas as they come and go
#   check   render and let nginx test the configuration, then exit
#
# API_UPSTREAM   host:port of the prompt API; every address of the host is a replica
# WEB_UPSTREAM   address of Vite's development server; when empty the built app is served
# CORS_ORIGINS   origins of other sites that may call the API, separated by spaces or commas
# ACCESS_LOG_FILE  gets the access log too, rotated, for those who read files; none when empty
# TLS_DIRECTORY  holds fullchain.pem and privkey.pem; a self-signed pair is made when it is empty
set -eu

API_UPSTREAM=${API_UPSTREAM:-prompt-api:8000}
WEB_UPSTREAM=${WEB_UPSTREAM:-}
CORS_ORIGINS=${CORS_ORIGINS:-}
ACCESS_LOG_FILE=${ACCESS_LOG_FILE:-}
ACCESS_LOG_BYTES=20000000
ACCESS_LOGS_KEPT=3
TLS_DIRECTORY=${TLS_DIRECTORY:-/var/lib/storybot-gateway/tls}
RESOLVERS=$(awk '$1 == "nameserver" { print ($2 ~ /:/) ? "[" $2 "]" : $2 }' /etc/resolv.conf | xargs)
export WEB_UPSTREAM TLS_DIRECTORY RESOLVERS

CONFIGURATION=/etc/storybot-gateway
RUNTIME=/tmp/gateway
REPLICAS=$RUNTIME/api-replicas
SEEN=$RUNTIME/seen # a file for each address of a replica, written whenever the name has it
BACKUP_SECONDS=60

die() {
    echo "gateway: $*" >&2
    exit 1
}

check_settings() {
    echo "$API_UPSTREAM" | grep -Eq '^[A-Za-z0-9._-]+:[0-9]+$' ||
        die "API_UPSTREAM must be host:port, not '$API_UPSTREAM'"
    [ -z "$ACCESS_LOG_FILE" ] || [ -w "${ACCESS_LOG_FILE%/*}" ] ||
        die "ACCESS_LOG_FILE must be in a folder that can be written to, not '$ACCESS_LOG_FILE'"
    echo "$WEB_UPSTREAM" | grep -Eq '^(https?://[A-Za-z0-9._-]+(:[0-9]+)?)?$' ||
        die "WEB_UPSTREAM must be http://host:port, not '$WEB_UPSTREAM'"
    for origin in $(echo "$CORS_ORIGINS" | tr ',' ' '); do
        echo "$origin" | grep -Eq '^https?://[A-Za-z0-9.-]+(:[0-9]+)?$' ||
            die "CORS_ORIGINS must list origins such as https://example.org, not '$origin'"
    done
}

render() {
    umask 077
    rm -rf "$RUNTIME"
    mkdir -p "$RUNTIME" "$SEEN"
    for file in "$CONFIGURATION"/*.conf; do
        # only these: nginx has variables of its own
        # shellcheck disable=SC2016
        envsubst '$WEB_UPSTREAM $TLS_DIRECTORY $RESOLVERS' <"$file" >"$RUNTIME/${file##*/}"
    done
    for origin in $(echo "$CORS_ORIGINS" | tr ',' ' '); do
        printf '"%s" "%s";\n' "$origin" "$origin"
    done >"$RUNTIME/cors-origins.map"
    if [ -n "$WEB_UPSTREAM" ]; then site=dev; else site=built; fi
    mv "$RUNTIME/site-$site.conf" "$RUNTIME/site.conf"
    replicas >"$REPLICAS"
    if [ -n "$ACCESS_LOG_FILE" ]; then echo "access_log $ACCESS_LOG_FILE ecs;"; fi >"$RUNTIME/access-log-file.conf"
}

# The servers of nginx's upstream: one line for each address that the API's name has just now. A replica has its name
# before it listens, so one that refuses is not given up for the next requests: in a rolling restart the others go as
# soon as it does listen. One that had the name a moment ago stays as a backup, for the same reason.
replicas() {
    now=$(date +%s)
    addresses=$(getent ahostsv4 "${API_UPSTREAM%:*}" | awk '{ print $1 }' | sort -u)
    for address in $addresses; do
        echo "server $address:${API_UPSTREAM##*:} max_fails=0;"
        echo "$address" >"$SEEN/$address"
    done
    # nginx wants at least one: nobody listens here, and visitors are told to come back
    [ -n "$addresses" ] || echo "server unix:$RUNTIME/nobody.sock max_fails=0;"
    for file in "$SEEN"/*; do
        address=${file##*/}
        if [ ! -e "$file" ] || echo "$addresses" | grep -Fqx "$address"; then continue; fi
        if [ $((now - $(stat -c %Y "$file"))) -le "$BACKUP_SECONDS" ]; then
            echo "server $address:${API_UPSTREAM##*:} fail_timeout=1s backup;"
        else
            rm -f "$file"
        fi
    done
}

ensure_certificate() {
    if [ -s "$TLS_DIRECTORY/fullchain.pem" ] && [ -s "$TLS_DIRECTORY/privkey.pem" ]; then return; fi
    mkdir -p "$TLS_DIRECTORY" 2>/dev/null || true
    [ -w "$TLS_DIRECTORY" ] ||
        die "no certificate in $TLS_DIRECTORY, and it is not writable to make one: mount a volume there"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout "$TLS_DIRECTORY/privkey.pem" -out "$TLS_DIRECTORY/fullchain.pem" 2>/dev/null
}

# After a reload the requests under way are finished by the old processes: nobody notices.
follow_replicas() {
    now=$(replicas)
    if [ "$now" != "$(cat "$REPLICAS")" ]; then
        echo "$now" >"$REPLICAS"
        kill -HUP "$nginx"
    fi
}

# Numbered files, the newest first; nginx opens a new one when it is told to.
rotate_access_log() {
    [ -n "$ACCESS_LOG_FILE" ] || return 0
    [ "$(stat -c %s "$ACCESS_LOG_FILE" 2>/dev/null || echo 0)" -gt "$ACCESS_LOG_BYTES" ] || return 0
    number=$ACCESS_LOGS_KEPT
    while [ "$number" -gt 1 ]; do
        mv -f "$ACCESS_LOG_FILE.$((number - 1))" "$ACCESS_LOG_FILE.$number" 2>/dev/null || true
        number=$((number - 1))
    done
    mv -f "$ACCESS_LOG_FILE" "$ACCESS_LOG_FILE.1"
    kill -USR1 "$nginx"
}

# Requests may end within three seconds; event streams are cut, and reconnect.
stop() {
    kill -QUIT "$nginx"
    deadline=$(($(date +%s) + 3))
    while kill -0 "$nginx" 2>/dev/null && [ "$(date +%s)" -lt "$deadline" ]; do sleep 0.1; done
    kill -TERM "$nginx" 2>/dev/null || true
    wait "$nginx" || true
    exit 0
}

check_settings
render
ensure_certificate

case "${1:-serve}" in
check) exec nginx -t -c "$RUNTIME/nginx.conf" ;;
serve) ;;
*) die "unknown command '$1': serve or check" ;;
esac

nginx -c "$RUNTIME/nginx.conf" -g 'daemon off;' &
nginx=$!
trap stop TERM INT QUIT
while kill -0 "$nginx" 2>/dev/null; do
    sleep 1 &
    wait $! || true
    follow_replicas
    rotate_access_log
done
wait "$nginx"
