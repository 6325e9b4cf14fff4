#!/bin/sh
# The servers of nginx's upstream: one line for each address that the API's name has just now. A replica has its name
# before it listens, so one that refuses is not given up for the next requests: in a rolling restart the others go as
# soon as it does listen. One that had the name a moment ago stays as a backup, for the same reason.

REPLICAS=$RUNTIME/api-replicas
SEEN=$RUNTIME/seen # a file for each address of a replica, written whenever the name has it
BACKUP_SECONDS=60

replicas() {
    now=$(date +%s)
    addresses=$(getent ahostsv4 "${API_UPSTREAM%:*}" | awk '{ print $1 }' | sort -u)
    for address in $addresses; do
        echo "server $address:${API_UPSTREAM##*:} max_fails=0;"
        echo "$address" >"$SEEN/$address"
    done
    # nginx wants at least one: nobody listens here, and visitors are told to come back
    [ -n "$addresses" ] || echo "server unix:$RUNTIME/nobody.sock max_fails=0;"
    for file in "$SEEN"/*; do
        address=${file##*/}
        if [ ! -e "$file" ] || echo "$addresses" | grep -Fqx "$address"; then continue; fi
        if [ $((now - $(stat -c %Y "$file"))) -le "$BACKUP_SECONDS" ]; then
            echo "server $address:${API_UPSTREAM##*:} fail_timeout=1s backup;"
        else
            rm -f "$file"
        fi
    done
}

# Where names take a while to reach a machine (a Swarm's, half a minute after a node joined the network), a gateway that
# listened at once would refuse what another one could serve. Who waits in vain serves all the same: the site is there.
wait_for_api() {
    if [ "$API_WAIT_SECONDS" = 0 ]; then return; fi
    warn "waiting until an API answers at $API_UPSTREAM, for $API_WAIT_SECONDS s at most"
    deadline=$(($(date +%s) + API_WAIT_SECONDS))
    while [ "$(date +%s)" -lt "$deadline" ]; do
        if curl --silent --output /dev/null --max-time 2 "http://$API_UPSTREAM/readyz"; then return; fi
        sleep 1
    done
    warn "no API answered at $API_UPSTREAM within $API_WAIT_SECONDS s: serving without it"
}

follow_replicas() {
    now=$(replicas)
    if [ "$now" != "$(cat "$REPLICAS")" ]; then
        echo "$now" >"$REPLICAS"
        reload
    fi
}
