#!/usr/bin/env bash
# Installs what the tests need beside Rust and Node: PostgreSQL, NATS, a mail
# server, an LDAP server, Chromium, CJK fonts, a C toolchain. Quick and silent when nothing is missing.
set -euo pipefail

have_postgres() {
  command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}
have_nats() {
  command -v nats-server >/dev/null || [ -x /usr/sbin/nats-server ]
}
# Only root can run a mail server: see services.sh.
have_imap() {
  [ "$(id -u)" -ne 0 ] || { command -v dovecot && [ -x /usr/lib/dovecot/lmtp ] && command -v openssl; } >/dev/null
}
have_smtp() {
  [ "$(id -u)" -ne 0 ] || command -v postfix >/dev/null
}
# Every test that needs a directory starts one of its own.
have_directory() {
  [ -x /usr/sbin/slapd ] && command -v openssl >/dev/null
}
have_chromium() {
  [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v google-chrome >/dev/null
}
have_cjk_fonts() {
  # fc-list exists wherever Chromium from Debian does.
  if command -v fc-list >/dev/null; then
    [ -n "$(fc-list :lang=zh-cn file 2>/dev/null)" ]
  else
    compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null
  fi
}
have_cc() {
  command -v cc >/dev/null && command -v make >/dev/null
}

missing=()
have_postgres || missing+=(postgresql)
have_nats || missing+=(nats-server)
have_imap || missing+=(dovecot-imapd dovecot-lmtpd openssl)
have_smtp || missing+=(postfix)
have_directory || missing+=(slapd openssl)
have_chromium || missing+=(chromium)
have_cjk_fonts || missing+=(fonts-noto-cjk)
have_cc || missing+=(build-essential)

for tool in cargo node npm; do
  command -v "$tool" >/dev/null || {
    echo "install-deps: $tool is missing; needed are Rust 1.95 or newer, Node 20 or newer and npm 11." >&2
    exit 1
  }
done

if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "install-deps: please install, by your system's own means: ${missing[*]}" >&2
  echo "  (the names are Debian's; what counts are the commands initdb, nats-server, slapd, chromium, cc, make and a font with Han characters)" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "install-deps: run as root: apt-get install ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi

echo "install-deps: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" </dev/null; }

# Package lists may be absent on a fresh machine or stale on an old one.
apt update >/dev/null || true

# The test server runs from a directory of its own: the system's cluster, which the
# package would otherwise create and start, is not wanted.
if [ ! -e /etc/postgresql-common/createcluster.conf ] && printf '%s\n' "${missing[@]}" | grep -qx postgresql; then
  "${as_root[@]}" mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
# Nor is a mail server of the system's own, with questions about what it is to serve.
if printf '%s\n' "${missing[@]}" | grep -qx postfix; then
  echo 'postfix postfix/main_mailer_type select No configuration' | "${as_root[@]}" debconf-set-selections
fi
# Nor a directory of its own.
if printf '%s\n' "${missing[@]}" | grep -qx slapd; then
  echo 'slapd slapd/no_configuration boolean true' | "${as_root[@]}" debconf-set-selections
fi
if printf '%s\n' "${missing[@]}" | grep -qxE 'postfix|dovecot-imapd|slapd' && [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee /usr/sbin/policy-rc.d >/dev/null
  "${as_root[@]}" chmod 755 /usr/sbin/policy-rc.d
  trap '"${as_root[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt install --no-install-recommends "${missing[@]}"
