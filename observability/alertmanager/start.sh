#!/bin/sh
# Alertmanager reads no environment variables: the webhook's address goes into a file that its configuration names.
set -eu
if [ -n "${ALERT_WEBHOOK_URL:-}" ]; then
    printf '%s' "$ALERT_WEBHOOK_URL" >/tmp/webhook-url
    configuration=alertmanager.yml
else
    echo "ALERT_WEBHOOK_URL is not set: alerts are shown at $EXTERNAL_URL and sent to nobody" >&2
    configuration=shown-only.yml
fi
exec /bin/alertmanager "--config.file=/etc/alertmanager/$configuration" --storage.path=/alertmanager \
    "--web.external-url=$EXTERNAL_URL" --cluster.listen-address=
