#!/bin/sh
# Renders nginx's configuration from the environment, sees to a certificate, and runs nginx.
#   serve   (default) run, and follow the API's replicas and the certificate as they come and change
#   check   render and let nginx test the configuration, then exit
# The settings are listed in parts/settings.sh.
set -eu

PARTS=/usr/local/lib/storybot-gateway
# shellcheck disable=SC2034  # for the parts
CONFIGURATION=/etc/storybot-gateway
RUNTIME=/tmp/gateway

warn() { echo "gateway: $*" >&2; }
die() {
    warn "$@"
    exit 1
}

# After a reload the requests under way are finished by the old processes: nobody notices.
reload() { kill -HUP "$nginx"; }

for part in settings rendering replicas certificates access_log; do
    # shellcheck source=/dev/null
    . "$PARTS/$part.sh"
done

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
first_certificate

case "${1:-serve}" in
check) exec nginx -t -c "$RUNTIME/nginx.conf" ;;
serve) ;;
*) die "unknown command '$1': serve or check" ;;
esac

trap 'exit 0' TERM INT QUIT
wait_for_api
replicas >"$REPLICAS"
nginx -c "$RUNTIME/nginx.conf" -g 'daemon off;' &
nginx=$!
trap stop TERM INT QUIT
while kill -0 "$nginx" 2>/dev/null; do
    sleep 1 &
    wait $! || true
    follow_replicas
    follow_certificate
    rotate_access_log
done
wait "$nginx"
