#!/usr/bin/env bash
# Puts data views, saved searches and dashboards into Kibana. The answer's body says whether it worked, not its status.
set -euo pipefail

answer=$(curl --silent --show-error --retry 10 --retry-connrefused --retry-delay 3 \
    --user "elastic:$ELASTIC_PASSWORD" --header 'kbn-xsrf: storybot' \
    --form "file=@$(dirname "$0")/storybot.ndjson" \
    'http://kibana:5601/api/saved_objects/_import?overwrite=true')
if [[ $answer != *'"success":true'* ]]; then
    echo "Kibana did not take the saved objects: $answer" >&2
    exit 1
fi
echo "Kibana has its data views, searches and dashboards"
