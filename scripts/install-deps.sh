#!/usr/bin/env bash
# Installs what the tests need beside Rust and Node: PostgreSQL, NATS, Chromium,
# CJK fonts, a C toolchain. Quick and silent when nothing is missing.
set -euo pipefail

have_postgres() {
  command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}
have_nats() {
  command -v nats-server >/dev/null || [ -x /usr/sbin/nats-server ]
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
  echo "  (the names are Debian's; what counts are the commands initdb, nats-server, chromium, cc, make and a font with Han characters)" >&2
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
apt install --no-install-recommends "${missing[@]}"
