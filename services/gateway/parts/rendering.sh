#!/bin/sh
# nginx's configuration: the templates with the settings put in, and what differs by them.

render() {
    umask 077
    rm -rf "$RUNTIME"
    mkdir -p "$RUNTIME/servers" "$SEEN"
    HTTPS_PORT_SUFFIX=''
    if [ "$HTTPS_PORT" != 443 ]; then HTTPS_PORT_SUFFIX=:$HTTPS_PORT; fi
    SITE_ORIGIN=$(site_origins | head -n 1)
    HSTS=''
    if [ "$HTTPS_ONLY" = true ]; then HSTS=max-age=31536000; fi
    LIMIT_REQUESTS_BURST=$((LIMIT_REQUESTS * 10))
    LIMIT_WRITES_BURST=$((LIMIT_WRITES * 60))
    RESOLVERS=$(awk '$1 == "nameserver" { print ($2 ~ /:/) ? "[" $2 "]" : $2 }' /etc/resolv.conf | xargs)
    export WEB_UPSTREAM RESOLVERS ACME_WEBROOT HTTPS_PORT_SUFFIX SITE_ORIGIN HSTS \
        LIMIT_REQUESTS LIMIT_REQUESTS_BURST LIMIT_WRITES LIMIT_WRITES_BURST LIMIT_STREAMS LIMIT_CONNECTIONS
    # only these: nginx has variables of its own
    # shellcheck disable=SC2016
    ours='$WEB_UPSTREAM $RESOLVERS $ACME_WEBROOT $HTTPS_PORT_SUFFIX $SITE_ORIGIN $HSTS
        $LIMIT_REQUESTS $LIMIT_REQUESTS_BURST $LIMIT_WRITES $LIMIT_WRITES_BURST $LIMIT_STREAMS $LIMIT_CONNECTIONS'
    for file in "$CONFIGURATION"/*.conf "$CONFIGURATION"/servers/*.conf; do
        envsubst "$ours" <"$file" >"$RUNTIME${file#"$CONFIGURATION"}"
    done
    render_servers
    { site_origins && for origin in $CORS_ORIGINS; do echo "$origin"; done; } | sort -fu |
        awk '{ printf "\"%s\" \"%s\";\n", $1, $1 }' >"$RUNTIME/cors-origins.map"
    if [ -n "$WEB_UPSTREAM" ]; then site=dev; else site=built; fi
    mv "$RUNTIME/site-$site.conf" "$RUNTIME/site.conf"
    replicas >"$REPLICAS"
    if [ -n "$ACCESS_LOG_FILE" ]; then echo "access_log $ACCESS_LOG_FILE ecs;"; fi >"$RUNTIME/access-log-file.conf"
}

# The origins of the site's own names, the first name's first.
site_origins() {
    for name in $SITE_NAMES; do
        echo "https://$name$HTTPS_PORT_SUFFIX"
        if [ "$HTTPS_ONLY" = false ]; then echo "http://$name"; fi
    done
}

# Which servers there are, and who answers where. With reuseport two gateways in one network can listen at the same time,
# so that a new one is there before the old one goes (compose/rolling.yml); nginx wants it said once for each port.
render_servers() {
    default='' plain=8080
    if [ -z "$SITE_NAMES" ]; then default=' default_server reuseport'; fi
    if [ "$HTTPS_ONLY" = true ]; then
        plain=''
        listen "8080$default" >"$RUNTIME/listen-redirect.conf"
        echo "server_name ${SITE_NAMES:-_} $API_NAMES;" >>"$RUNTIME/listen-redirect.conf"
    else
        rm "$RUNTIME/servers/redirect.conf"
    fi
    listen "8443 ssl$default" "${plain:+$plain$default}" >"$RUNTIME/listen-site.conf"
    echo "server_name ${SITE_NAMES:-_};" >>"$RUNTIME/listen-site.conf"
    if [ -n "$API_NAMES" ]; then
        listen "8443 ssl" "$plain" >"$RUNTIME/listen-api.conf"
        echo "server_name $API_NAMES;" >>"$RUNTIME/listen-api.conf"
    else
        rm "$RUNTIME/servers/api.conf"
    fi
    if [ -z "$SITE_NAMES" ]; then rm "$RUNTIME/servers/unknown.conf"; fi
}

listen() {
    for address in "$@"; do
        [ -z "$address" ] || echo "listen $address;"
    done
}
