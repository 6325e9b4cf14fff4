#!/usr/bin/env bash
# Prepares Elasticsearch: passwords, roles, users, lifecycle, templates. Every call may be repeated.
set -euo pipefail

ELASTICSEARCH=http://elasticsearch:9200
SETUP=$(dirname "$0")

# put PATH reads the body from standard input.
put() {
    curl --silent --show-error --fail-with-body --retry 10 --retry-connrefused --retry-delay 3 \
        --user "elastic:$ELASTIC_PASSWORD" --header 'Content-Type: application/json' \
        --request PUT --data-binary @- "$ELASTICSEARCH/$1" >/dev/null
    echo "set $1"
}

for name in ELASTIC_PASSWORD KIBANA_SYSTEM_PASSWORD LOGSTASH_WRITER_PASSWORD GRAFANA_READER_PASSWORD; do
    if [[ ! ${!name:-} =~ ^[A-Za-z0-9]{6,}$ ]]; then
        echo "$name must have six letters and digits or more, and nothing else: it is put into addresses and JSON" >&2
        exit 1
    fi
    if [[ ${STORYBOT_ENVIRONMENT:-} == production && ${!name} == developmentonly* ]]; then
        echo "$name still holds the development default: set a value of your own before the first start" >&2
        exit 1
    fi
done
if [[ ! $LOG_RETENTION_DAYS =~ ^[1-9][0-9]*$ ]]; then
    echo "LOG_RETENTION_DAYS must be a number of days, not '$LOG_RETENTION_DAYS'" >&2
    exit 1
fi

echo "{\"password\": \"$KIBANA_SYSTEM_PASSWORD\"}" | put _security/user/kibana_system/_password
put _security/role/storybot_logs_writer <"$SETUP/role-writer.json"
put _security/role/storybot_logs_reader <"$SETUP/role-reader.json"
echo "{\"password\": \"$LOGSTASH_WRITER_PASSWORD\", \"roles\": [\"storybot_logs_writer\"]}" |
    put _security/user/storybot_logs_writer
echo "{\"password\": \"$GRAFANA_READER_PASSWORD\", \"roles\": [\"storybot_logs_reader\"]}" |
    put _security/user/storybot_logs_reader
sed "s/@LOG_RETENTION_DAYS@/$LOG_RETENTION_DAYS/" "$SETUP/lifecycle.json" | put _ilm/policy/storybot-logs
# What a stream refuses is kept beside it, for 30 days if nobody says otherwise.
echo "{\"persistent\": {\"data_streams.lifecycle.retention.failures_default\": \"${LOG_RETENTION_DAYS}d\"}}" |
    put _cluster/settings
put _component_template/storybot-logs <"$SETUP/component-template.json"
put _index_template/logs-storybot <"$SETUP/index-template.json"
echo "Elasticsearch is prepared"
