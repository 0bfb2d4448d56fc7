#!/usr/bin/env bash
# A throw-away PostgreSQL and NATS for tests and measurements.
#
#   services.sh start   starts both (or says where they already run), waits until ready
#   services.sh env     prints ZHIKE_TEST_POSTGRES=… and ZHIKE_TEST_NATS=… for `eval` or `export`
#   services.sh stop    stops both and deletes their data
#   services.sh with CMD…  starts, runs CMD with the two variables set, always stops
#
# Several checkouts, or several runs in one, can have services of their own:
# ZHIKE_SERVICES names the directory that remembers them (default target/services).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=${ZHIKE_SERVICES:-$root/target/services}

die() { echo "services: $*" >&2; exit 1; }

postgres_bin() {
  local dir
  if command -v initdb >/dev/null; then dirname "$(readlink -f "$(command -v initdb)")"; return; fi
  # The newest of Debian's versions.
  dir=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -1) || true
  [ -n "$dir" ] || die "PostgreSQL is not installed (scripts/install-deps.sh)"
  echo "$dir"
}

nats_bin() {
  command -v nats-server || { [ -x /usr/sbin/nats-server ] && echo /usr/sbin/nats-server; } \
    || die "nats-server is not installed (scripts/install-deps.sh)"
}

free_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

# PostgreSQL refuses to run as root.
owner() {
  if [ "$(id -u)" -ne 0 ]; then id -un
  elif id postgres >/dev/null 2>&1; then echo postgres
  else echo nobody
  fi
}
as_owner() {
  # From /, because the owner may be unable to enter the current directory.
  if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u "$(owner)" -- "$@"); else "$@"; fi
}

alive() { [ -n "${1:-}" ] && kill -0 "$1" 2>/dev/null; }

start_postgres() { # data directory, port
  local bin data=$1/postgres port=$2
  bin=$(postgres_bin)
  mkdir "$data"
  [ "$(id -u)" -ne 0 ] || chown "$(owner)" "$data"
  as_owner "$bin/initdb" -D "$data" -U zhike --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$1/initdb.log" 2>&1 \
    || { cat "$1/initdb.log" >&2; die "initdb failed"; }
  # Durability stays as in production; only sizes are small.
  cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 300
fsync = on
synchronous_commit = on
shared_buffers = 128MB
max_wal_size = 512MB
min_wal_size = 80MB
wal_level = minimal
max_wal_senders = 0
autovacuum_naptime = 10s
log_min_messages = warning
timezone = 'UTC'
CONF
  as_owner "$bin/pg_ctl" -D "$data" -l "$data/server.log" -w -t 60 start >/dev/null </dev/null \
    || { cat "$data/server.log" >&2; die "PostgreSQL did not start"; }
  as_owner "$bin/createdb" -h 127.0.0.1 -p "$port" -U zhike zhike_test
}

start_nats() { # data directory, port
  local bin port=$2 i
  bin=$(nats_bin)
  setsid "$bin" --addr 127.0.0.1 --port "$port" >"$1/nats.log" 2>&1 </dev/null &
  echo $! >"$1/nats.pid"
  for i in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return; fi
    alive "$(cat "$1/nats.pid")" || break
    sleep 0.1
  done
  cat "$1/nats.log" >&2
  die "nats-server did not start"
}

running() {
  [ -f "$state/env" ] || return 1
  local dir
  dir=$(cat "$state/dir")
  alive "$(head -1 "$dir/postgres/postmaster.pid" 2>/dev/null)" && alive "$(cat "$dir/nats.pid" 2>/dev/null)"
}

start() {
  if running; then cat "$state/env"; return; fi
  stop
  mkdir -p "$state"
  # Under /tmp, not in the checkout: PostgreSQL's user must be able to reach it.
  local dir pg nats
  dir=$(mktemp -d "${TMPDIR:-/tmp}/zhike-services.XXXXXX")
  chmod 755 "$dir"
  echo "$dir" >"$state/dir"
  trap 'stop' ERR EXIT
  pg=$(free_port)
  start_postgres "$dir" "$pg"
  nats=$(free_port)
  start_nats "$dir" "$nats"
  cat >"$state/env" <<ENV
ZHIKE_TEST_POSTGRES=postgres://zhike@127.0.0.1:$pg/zhike_test
ZHIKE_TEST_NATS=nats://127.0.0.1:$nats
ENV
  trap - ERR EXIT
  cat "$state/env"
}

stop() {
  [ -f "$state/dir" ] || { rm -rf "$state"; return 0; }
  local dir pid
  dir=$(cat "$state/dir")
  # A path we made, or nothing: the next lines delete it.
  case $dir in */zhike-services.??????) ;; *) die "unexpected directory in $state/dir: $dir" ;; esac
  if [ -f "$dir/postgres/postmaster.pid" ]; then
    as_owner "$(postgres_bin)/pg_ctl" -D "$dir/postgres" -m immediate -w -t 30 stop >/dev/null 2>&1 || true
  fi
  pid=$(cat "$dir/nats.pid" 2>/dev/null || true)
  if alive "$pid"; then
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do alive "$pid" || break; sleep 0.1; done
    alive "$pid" && kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -rf "$dir" "$state"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  env) running || die "not running (services.sh start)"; cat "$state/env" ;;
  with)
    shift
    state=${ZHIKE_SERVICES:-$root/target/services-$$}
    trap stop EXIT
    trap 'exit 130' INT TERM
    start >/dev/null
    trap stop EXIT # start clears its own
    set -a; . "$state/env"; set +a
    "$@"
    ;;
  *) sed -n '2,11p' "${BASH_SOURCE[0]}" | cut -c3-; exit 2 ;;
esac
