#!/bin/sh
# The certificate that nginx serves: a copy of the pair in TLS_DIRECTORY, taken again whenever that changes, so that a
# renewal is served within seconds and one that is half written never. Until there is a pair, a self-signed one.

SERVED=$RUNTIME/tls # a link to the folder of the pair in use

first_certificate() {
    seen_pair=$(pair_in_directory)
    if [ -n "$seen_pair" ] && take_pair "$TLS_DIRECTORY"; then return; fi
    if [ -n "$seen_pair" ]; then
        warn "the certificate in $TLS_DIRECTORY cannot be used ($reason); a self-signed one is served until it can"
    fi
    ensure_self_signed
    take_pair "$self_signed" || die "the self-signed certificate cannot be used: $reason"
}

follow_certificate() {
    now=$(pair_in_directory)
    # one that has gone is still good: go on with the copy
    if [ -z "$now" ] || [ "$now" = "$seen_pair" ]; then return 0; fi
    seen_pair=$now
    if take_pair "$TLS_DIRECTORY"; then
        warn "the certificate in $TLS_DIRECTORY is new, and served from now on"
        reload
    else
        warn "the certificate in $TLS_DIRECTORY is new, but cannot be used: $reason. The one before is served on"
    fi
}

# What tells one pair of files from the next; nothing when one is missing. They may be links, as certbot makes them.
pair_in_directory() {
    if [ -s "$TLS_DIRECTORY/fullchain.pem" ] && [ -s "$TLS_DIRECTORY/privkey.pem" ]; then
        stat --dereference --format '%n %i %Y %s' "$TLS_DIRECTORY/fullchain.pem" "$TLS_DIRECTORY/privkey.pem" 2>/dev/null
    fi
}

# Copies a pair to where nginx reads it, if certificate and key belong together; else says why not in $reason.
take_pair() {
    copy=$(mktemp -d "$RUNTIME/tls.XXXXXX")
    if ! cp --dereference "$1/fullchain.pem" "$1/privkey.pem" "$copy" 2>/dev/null; then
        reason="the files cannot be read by user $(id -u)"
    elif ! of_certificate=$(openssl x509 -in "$copy/fullchain.pem" -noout -pubkey 2>/dev/null); then
        reason="fullchain.pem is not a certificate in PEM form"
    elif ! of_key=$(openssl pkey -in "$copy/privkey.pem" -pubout 2>/dev/null </dev/null); then
        reason="privkey.pem is not a private key in PEM form without a password"
    elif [ "$of_certificate" != "$of_key" ]; then
        reason="privkey.pem does not belong to fullchain.pem"
    else
        before=$(readlink "$SERVED" || true)
        ln -s "$copy" "$SERVED.new"
        mv -T "$SERVED.new" "$SERVED"
        [ -z "$before" ] || rm -rf "$before"
        return 0
    fi
    rm -rf "$copy"
    return 1
}

# Makes a pair for our names, unless there is one that is good for another month; kept, so that a browser in which
# somebody accepted it knows it again.
ensure_self_signed() {
    self_signed=$SELF_SIGNED_DIRECTORY/self-signed
    names="localhost $SITE_NAMES $API_NAMES"
    if [ "$(cat "$self_signed/names" 2>/dev/null)" = "$names" ] &&
        openssl x509 -in "$self_signed/fullchain.pem" -noout -checkend 2592000 >/dev/null 2>&1; then return; fi
    if ! mkdir -p "$self_signed" 2>/dev/null || [ ! -w "$self_signed" ]; then
        warn "$SELF_SIGNED_DIRECTORY cannot be written to: the self-signed certificate is a new one at every start"
        self_signed=$RUNTIME/self-signed
        mkdir -p "$self_signed"
    fi
    alternatives=IP:127.0.0.1
    for name in $names; do alternatives=$alternatives,DNS:$name; done
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj /CN=localhost \
        -addext "subjectAltName=$alternatives" \
        -keyout "$self_signed/privkey.pem" -out "$self_signed/fullchain.pem" 2>/dev/null
    echo "$names" >"$self_signed/names"
}
