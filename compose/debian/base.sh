#!/bin/sh
# Makes the image storybot-debian/base:trixie from Debian packages alone, for machines
# that reach a Debian mirror but no container registry. Needs root and debootstrap.
#
# Machines behind a TLS-inspecting proxy have the proxy's authority in
# /usr/local/share/ca-certificates. Without it no pip, npm or apt over TLS works inside
# a build, so it goes into the base. It is copied from the machine, never committed.
#
#     base.sh           make it, unless it is there and neither this script nor the certificates changed
#     base.sh --check   only tell whether it is (exit code 0) or would be made (1)
# FORCE=1 makes it again in any case (for security updates).
set -eu

IMAGE=storybot-debian/base:trixie
SUITE=trixie
HOST_CERTIFICATES=/usr/local/share/ca-certificates
BUNDLE=/etc/ssl/certs/ca-certificates.crt

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# Debian archives that the machine itself uses, as "uri label" lines; empty on Ubuntu.
host_archives() {
    command -v apt-get >/dev/null || return 0
    # shellcheck disable=SC2016  # the names in the format are apt's
    apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 'Identifier: Packages' 2>/dev/null |
        awk '$2 == "Debian" { print $1, $3 }' | sort -u
}

custom_certificates() {
    find "$HOST_CERTIFICATES" -name '*.crt' -type f 2>/dev/null | sort
}

fingerprint() {
    { cat "$0"; custom_certificates | xargs -r cat; } | sha256sum | cut -c1-16
}

make_root() {
    root=$1
    mirror=$(host_archives | awk '$2 == "Debian" { print $1; exit }')
    security=$(host_archives | awk '$2 == "Debian-Security" { print $1; exit }')

    say "Making a minimal Debian $SUITE (debootstrap, about a minute)"
    # shellcheck disable=SC2086  # no mirror means debootstrap's own default
    debootstrap --variant=minbase --include=ca-certificates,netbase,tzdata \
        "$SUITE" "$root" $mirror >"$root.log" 2>&1 ||
        { tail -n 20 "$root.log" >&2; die "debootstrap failed; is a Debian mirror reachable?"; }

    mirror=${mirror:-$(awk '$1 == "deb" { print $2; exit }' "$root/etc/apt/sources.list")}
    mirror=${mirror%/}
    security=${security:-$mirror-security}
    cat >"$root/etc/apt/sources.list" <<SOURCES
deb $mirror $SUITE main
deb $mirror $SUITE-updates main
deb ${security%/} $SUITE-security main
SOURCES

    custom_certificates | while read -r certificate; do
        cp "$certificate" "$root$HOST_CERTIFICATES/"
    done
    chroot "$root" update-ca-certificates >/dev/null

    slim_down "$root"
    chroot "$root" apt-get update -qq
    chroot "$root" apt-get upgrade -qq -y >/dev/null
    chroot "$root" apt-get clean
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/log/*.log
}

# The same habits as the official debian images: no package cache, no manuals,
# no services started by installing them.
slim_down() {
    root=$1
    cat >"$root/etc/apt/apt.conf.d/docker" <<'APT'
APT::Install-Recommends "false";
APT::Keep-Downloaded-Packages "false";
Acquire::Languages "none";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
APT
    cat >"$root/etc/dpkg/dpkg.cfg.d/docker" <<'DPKG'
force-unsafe-io
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
DPKG
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    rm -rf "$root"/usr/share/man/* "$root"/usr/share/locale/*
    find "$root/usr/share/doc" -type f ! -name copyright -delete
}

# The variables are set only where there is a certificate of the machine's own: pip, npm
# and others would otherwise use the list of authorities that they bring along.
import_image() {
    root=$1
    set -- --change 'CMD ["bash"]' --change "LABEL storybot.fingerprint=$(fingerprint)"
    if [ -n "$(custom_certificates)" ]; then
        for name in SSL_CERT_FILE PIP_CERT REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS; do
            set -- "$@" --change "ENV $name=$BUNDLE"
        done
    fi
    tar -C "$root" --numeric-owner -c . | docker import "$@" - "$IMAGE" >/dev/null
}

present=$(docker image inspect --format '{{index .Config.Labels "storybot.fingerprint"}}' "$IMAGE" 2>/dev/null || true)
if [ "${FORCE:-}" != 1 ] && [ "$present" = "$(fingerprint)" ]; then
    exit 0
fi
[ "${1:-}" != --check ] || exit 1
[ "$(id -u)" = 0 ] || die "making the Debian base image needs root: run 'sudo sh compose/debian/base.sh' once"
command -v debootstrap >/dev/null ||
    die "debootstrap is missing: install it (apt-get install debootstrap) and start again"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/storybot-base.XXXXXX")
trap 'rm -rf "$work" "$work.log"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$work"
make_root "$work"
import_image "$work"
say "Made $IMAGE"
