#!/bin/sh
# The gateway's settings, from the environment.
#
# SITE_NAMES     the app's names, such as "example.org www.example.org"; any name when empty
# API_NAMES      names under which there is the API alone
# CORS_ORIGINS   origins of other sites that may call the API, separated by spaces or commas; the site's own may always
# HTTPS_ONLY     true: everything but a certificate authority's question is redirected to HTTPS, and browsers are told
#                to remember that (HSTS)
# HTTPS_PORT     the port of HTTPS as visitors see it, 443
# TLS_DIRECTORY  where fullchain.pem and privkey.pem are or will be; until then a self-signed pair is used
# ACME_WEBROOT   where certbot puts its answers (http-01)
# API_UPSTREAM   host:port of the prompt API; every address of the host is a replica
# API_WAIT_SECONDS  how long to wait at the start until an API answers, and not listen before; 0: not at all
# WEB_UPSTREAM   address of Vite's development server; when empty the built app is served
# ACCESS_LOG_FILE    gets the access log too, rotated, for those who read files; none when empty
#
# Limits for one visitor, that is one address (conf/limits.conf):
# LIMIT_REQUESTS     requests to the API a second in the long run; ten times as many at once
# LIMIT_WRITES       of these, requests that change something; sixty times as many at once
# LIMIT_STREAMS      open event streams
# LIMIT_CONNECTIONS  requests under way, streams among them

SITE_NAMES=$(echo "${SITE_NAMES:-}" | tr ',' ' ' | xargs)
API_NAMES=$(echo "${API_NAMES:-}" | tr ',' ' ' | xargs)
CORS_ORIGINS=$(echo "${CORS_ORIGINS:-}" | tr ',' ' ')
HTTPS_ONLY=${HTTPS_ONLY:-false}
HTTPS_PORT=${HTTPS_PORT:-443}
SELF_SIGNED_DIRECTORY=/var/lib/storybot-gateway/tls
TLS_DIRECTORY=${TLS_DIRECTORY:-$SELF_SIGNED_DIRECTORY}
ACME_WEBROOT=${ACME_WEBROOT:-/var/lib/storybot-acme}
API_UPSTREAM=${API_UPSTREAM:-prompt-api:8000}
API_WAIT_SECONDS=${API_WAIT_SECONDS:-0}
WEB_UPSTREAM=${WEB_UPSTREAM:-}
ACCESS_LOG_FILE=${ACCESS_LOG_FILE:-}
LIMIT_REQUESTS=${LIMIT_REQUESTS:-50}
LIMIT_WRITES=${LIMIT_WRITES:-2}
LIMIT_STREAMS=${LIMIT_STREAMS:-200}
LIMIT_CONNECTIONS=${LIMIT_CONNECTIONS:-500}

# A value of one line that is all of the pattern.
matches() { printf '%s\n' "$1" | { ! grep -Evqx "$2"; }; }

check_settings() {
    label='[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
    for setting in SITE_NAMES API_NAMES; do
        eval "names=\$$setting"
        # shellcheck disable=SC2154  # set by the line above
        for name in $names; do
            matches "$name" "$label(\.$label)*" ||
                die "$setting must list names such as example.org, in small letters, not '$name'"
        done
    done
    for name in $API_NAMES; do
        case " $SITE_NAMES " in
        *" $name "*) die "API_NAMES must not have the names of SITE_NAMES: '$name' is in both" ;;
        esac
    done
    for origin in $CORS_ORIGINS; do
        matches "$origin" 'https?://[A-Za-z0-9.-]+(:[0-9]+)?' ||
            die "CORS_ORIGINS must list origins such as https://example.org, not '$origin'"
    done
    matches "$HTTPS_ONLY" 'true|false' || die "HTTPS_ONLY must be true or false, not '$HTTPS_ONLY'"
    matches "$HTTPS_PORT" '[0-9]{1,5}' || die "HTTPS_PORT must be a number, not '$HTTPS_PORT'"
    for setting in TLS_DIRECTORY ACME_WEBROOT; do
        eval "folder=\$$setting"
        # shellcheck disable=SC2154
        matches "$folder" '/[A-Za-z0-9._/-]+' || die "$setting must be an absolute path, not '$folder'"
    done
    matches "$API_UPSTREAM" '[A-Za-z0-9._-]+:[0-9]+' || die "API_UPSTREAM must be host:port, not '$API_UPSTREAM'"
    matches "$API_WAIT_SECONDS" '[0-9]{1,4}' ||
        die "API_WAIT_SECONDS must be a number from 0 to 9999, not '$API_WAIT_SECONDS'"
    matches "$WEB_UPSTREAM" '(https?://[A-Za-z0-9._-]+(:[0-9]+)?)?' ||
        die "WEB_UPSTREAM must be http://host:port, not '$WEB_UPSTREAM'"
    [ -z "$ACCESS_LOG_FILE" ] || [ -w "${ACCESS_LOG_FILE%/*}" ] ||
        die "ACCESS_LOG_FILE must be in a folder that can be written to, not '$ACCESS_LOG_FILE'"
    for setting in LIMIT_REQUESTS LIMIT_WRITES LIMIT_STREAMS LIMIT_CONNECTIONS; do
        eval "number=\$$setting"
        # shellcheck disable=SC2154
        { matches "$number" '[1-9][0-9]{0,4}' && [ "$number" -lt 65536 ]; } ||
            die "$setting must be a number from 1 to 65535, not '$number'"
    done
}
