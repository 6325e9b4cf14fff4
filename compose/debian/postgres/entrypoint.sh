#!/usr/bin/env bash
# Starts Postgres; on an empty data directory makes the cluster first, from the same
# variables as the official image.
set -Eeuo pipefail

# Takes a setting from the variable or from the file named by variable_FILE.
setting() {
    local name=$1 file=$1_FILE
    if [[ -n ${!name:-} && -n ${!file:-} ]]; then
        echo "error: set either $name or $file, not both" >&2
        exit 1
    fi
    if [[ -n ${!file:-} ]]; then
        printf -v "$name" '%s' "$(<"${!file}")"
    else
        printf -v "$name" '%s' "${!name:-${2:-}}"
    fi
    unset "$file"
}

read_settings() {
    setting POSTGRES_USER postgres
    setting POSTGRES_PASSWORD
    setting POSTGRES_DB "$POSTGRES_USER"
    setting POSTGRES_INITDB_ARGS
    setting POSTGRES_HOST_AUTH_METHOD scram-sha-256
    if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
        echo 'error: POSTGRES_PASSWORD is not set; the database needs a superuser password' >&2
        exit 1
    fi
}

own_directories() {
    mkdir -p "$PGDATA" /var/run/postgresql
    chmod 700 "$PGDATA"
    find "$PGDATA" /var/run/postgresql ! -user postgres -exec chown postgres '{}' +
}

make_cluster() {
    local password_file
    password_file=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" >"$password_file"
    local arguments=()
    # The arguments may hold quoted words, as with the official image.
    eval "arguments=($POSTGRES_INITDB_ARGS)"
    [[ -z ${POSTGRES_INITDB_WALDIR:-} ]] || arguments+=(--waldir "$POSTGRES_INITDB_WALDIR")
    initdb --username="$POSTGRES_USER" --pwfile="$password_file" "${arguments[@]}"
    rm -f "$password_file"
    printf '\nhost all all all %s\n' "$POSTGRES_HOST_AUTH_METHOD" >>"$PGDATA/pg_hba.conf"
}

run_initialisation_files() {
    local psql=(psql --no-psqlrc --no-password --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB")
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        # shellcheck disable=SC1090  # whatever is mounted there
        case $file in
        *.sh) if [[ -x $file ]]; then "$file"; else . "$file"; fi ;;
        *.sql) "${psql[@]}" --file "$file" ;;
        *.sql.gz) gunzip --stdout "$file" | "${psql[@]}" ;;
        *.sql.xz) xzcat "$file" | "${psql[@]}" ;;
        *.sql.zst) zstd --decompress --stdout "$file" | "${psql[@]}" ;;
        esac
    done
}

# A server that only the local socket reaches, so that nobody sees half a database.
initialise() {
    read_settings
    make_cluster
    export PGPASSWORD=$POSTGRES_PASSWORD
    pg_ctl --pgdata "$PGDATA" --wait --options "-c listen_addresses='' -p 5432" start
    if [[ $POSTGRES_DB != postgres ]]; then
        psql --username "$POSTGRES_USER" --dbname postgres --set database="$POSTGRES_DB" --set ON_ERROR_STOP=1 \
            <<<'CREATE DATABASE :"database";'
    fi
    run_initialisation_files
    pg_ctl --pgdata "$PGDATA" --mode fast --wait stop
    unset PGPASSWORD
    echo 'PostgreSQL init process complete; ready for start up.'
}

[[ ${1:0:1} != - ]] || set -- postgres "$@"
if [[ $1 == postgres ]]; then
    if [[ $(id -u) == 0 ]]; then
        own_directories
        exec gosu postgres "${BASH_SOURCE[0]}" "$@"
    fi
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA" || true
    [[ -s $PGDATA/PG_VERSION ]] || initialise
fi
exec "$@"
