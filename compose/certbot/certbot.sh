#!/bin/sh
# Has a certificate for every name of the site and the API, and keeps it fresh: asks twice a day, as Let's Encrypt
# recommends; certbot does nothing until a third of the time is left, or the names changed. The gateway notices the
# new files by itself. After a failure it waits an hour: five failed orders an hour are allowed.
#
#     storybot-certbot         for ever
#     storybot-certbot once    one look; exit status 1 when there is no good certificate afterwards. What follows is
#                              handed on: --force-renewal after a key was lost, --dry-run to try
set -eu

FOLDER=/etc/letsencrypt
WEBROOT=/var/lib/storybot-acme
NAME=storybot
LETS_ENCRYPT=https://acme-v02.api.letsencrypt.org/directory
LETS_ENCRYPT_STAGING=https://acme-staging-v02.api.letsencrypt.org/directory
GOOD_PAUSE_S=43200
BAD_PAUSE_S=3600

die() { echo "certbot: $*" >&2; exit 78; }

server() {
    case "${LETSENCRYPT_STAGING:-false}" in
    true) default=$LETS_ENCRYPT_STAGING ;;
    false | '') default=$LETS_ENCRYPT ;;
    *) die "LETSENCRYPT_STAGING must be true or false, not '$LETSENCRYPT_STAGING'" ;;
    esac
    echo "${ACME_SERVER:-$default}"
}

# One look: issue, renew, or leave alone.
look() {
    set -- "$@" certonly --non-interactive --agree-tos --email "$LETSENCRYPT_EMAIL" --no-eff-email \
        --webroot --webroot-path "$WEBROOT" --cert-name "$NAME" --server "$SERVER" \
        --config-dir "$FOLDER" --work-dir /tmp/certbot --logs-dir /tmp/certbot \
        --keep-until-expiring --renew-with-new-domains --key-type ecdsa
    # A certificate of the rehearsal, or of another authority, is replaced at once.
    if [ -f "$FOLDER/renewal/$NAME.conf" ] && ! grep -qxF "server = $SERVER" "$FOLDER/renewal/$NAME.conf"; then
        set -- "$@" --force-renewal
    fi
    for domain in $SITE_NAMES ${API_NAMES:-}; do set -- "$@" --domain "$domain"; done
    certbot "$@"
}

# So that a signal ends the waiting.
pause() {
    sleep "$1" &
    wait $!
}

[ -n "${SITE_NAMES:-}" ] || die 'SITE_NAMES is missing: the names that the certificate is for, such as "example.org www.example.org"'
[ -n "${LETSENCRYPT_EMAIL:-}" ] || die "LETSENCRYPT_EMAIL is missing: where Let's Encrypt writes to when something is wrong"
SERVER=$(server)
if [ "${1:-}" = once ]; then
    shift
    look "$@"
    exit
fi
trap 'exit 0' TERM INT
while true; do
    if look; then
        pause "$GOOD_PAUSE_S"
    else
        echo "certbot: no new certificate; what was wrong is above. Next try in $((BAD_PAUSE_S / 60)) minutes." >&2
        pause "$BAD_PAUSE_S"
    fi
done
