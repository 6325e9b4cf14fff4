#!/usr/bin/env bash
# Starts RabbitMQ as its own user. RABBITMQ_DEFAULT_USER, _PASS and _VHOST are read by
# the server itself.
set -euo pipefail

if [[ $1 == rabbitmq* && $(id -u) == 0 ]]; then
    find /var/lib/rabbitmq ! -user rabbitmq -exec chown rabbitmq '{}' +
    exec gosu rabbitmq "${BASH_SOURCE[0]}" "$@"
fi

if [[ -n ${RABBITMQ_ERLANG_COOKIE:-} ]]; then
    cookie_file=$HOME/.erlang.cookie
    if [[ -s $cookie_file && $(<"$cookie_file") != "$RABBITMQ_ERLANG_COOKIE" ]]; then
        echo "error: $cookie_file differs from RABBITMQ_ERLANG_COOKIE" >&2
        exit 1
    fi
    (umask 077 && printf '%s' "$RABBITMQ_ERLANG_COOKIE" >"$cookie_file")
    # Left in the environment it makes every command-line tool print a warning.
    unset RABBITMQ_ERLANG_COOKIE
fi
exec "$@"
