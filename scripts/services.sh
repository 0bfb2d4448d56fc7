#!/usr/bin/env bash
# A throw-away PostgreSQL, NATS and mail server (Dovecot and Postfix) for tests and measurements.
#
#   services.sh start   starts them (or says where they already run), waits until ready
#   services.sh env     prints ZHIKE_TEST_POSTGRES=…, ZHIKE_TEST_NATS=… and ZHIKE_TEST_MAIL=… for `eval` or `export`
#   services.sh stop    stops them and deletes their data
#   services.sh with CMD…  starts, runs CMD with these variables set, always stops
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

# IMAP and SMTP as the world has them: every address at zhike.test and shop.test has a mailbox (the
# password of each is `geheim`), mail to full.test comes back as undeliverable, all else is refused.
start_mail() { # data directory; says where it listens
  local dir=$1/mail imap imaps smtp smtps lmtp auth name
  mkdir "$dir" "$dir/dovecot" "$dir/boxes" "$dir/postfix" "$dir/queue" "$dir/state"
  chown mail:mail "$dir/boxes"
  chown postfix "$dir/state"
  openssl req -x509 -newkey rsa:2048 -nodes -days 7 -subj /CN=localhost \
    -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -addext "basicConstraints=critical,CA:FALSE" \
    -keyout "$dir/key.pem" -out "$dir/certificate.pem" 2>"$dir/openssl.log" || { cat "$dir/openssl.log" >&2; die "no certificate"; }
  chmod 600 "$dir/key.pem"
  for name in imap imaps smtp smtps lmtp auth; do printf -v "$name" %s "$(free_port)"; done
  cat >"$dir/dovecot.conf" <<CONF
base_dir = $dir/dovecot
state_dir = $dir/dovecot
log_path = $dir/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <$dir/certificate.pem
ssl_key = <$dir/key.pem
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:$dir/boxes/%u
mail_max_userip_connections = 100
mail_fsync = never
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $dir/oauth2.conf
}
passdb {
  driver = static
  mechanisms = plain login
  args = password=geheim
}
userdb {
  driver = static
  args = uid=mail gid=mail home=$dir/boxes/%u allow_all_users=yes
}
service imap-login {
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = $imaps
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    port = $lmtp
  }
}
service auth {
  inet_listener {
    address = 127.0.0.1
    port = $auth
  }
}
protocol lmtp {
  postmaster_address = postmaster@zhike.test
}
CONF
  # Tokens are believed that were signed with the key tests have.
  mkdir -p "$dir/keys/default/HS256"
  printf %s 'zhike-test-key-zhike-test-key-00' | base64 -w0 >"$dir/keys/default/HS256/default"
  printf '%s\n' 'introspection_mode = local' "local_validation_key_dict = fs:posix:prefix=$dir/keys/" 'username_attribute = sub' >"$dir/oauth2.conf"
  cat >"$dir/postfix/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/state
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = $dir/postfix.log
maillog_file_prefixes = $dir
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.zhike.test
mydestination =
mynetworks =
local_recipient_maps =
local_header_rewrite_clients =
virtual_mailbox_domains = zhike.test, shop.test, full.test
virtual_transport = lmtp:inet:127.0.0.1:$lmtp
transport_maps = inline:{ { full.test = refuse: } }
notify_classes =
smtpd_tls_cert_file = $dir/certificate.pem
smtpd_tls_key_file = $dir/key.pem
smtpd_tls_security_level = may
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:$auth
smtpd_recipient_restrictions = reject_unauth_destination
smtpd_client_connection_count_limit = 0
message_size_limit = 60000000
mailbox_size_limit = 0
CONF
  cat >"$dir/postfix/master.cf" <<CONF
127.0.0.1:$smtp inet n - n - - smtpd
127.0.0.1:$smtps inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
refuse unix - n n - - pipe
  flags=q user=nobody argv=$dir/refuse
CONF
  printf '#!/bin/sh\ncat >/dev/null\necho "5.2.2 mailbox full"\nexit 69\n' >"$dir/refuse"
  chmod 755 "$dir/refuse"
  dovecot -c "$dir/dovecot.conf" >"$dir/start.log" 2>&1 </dev/null || { cat "$dir/start.log" >&2; die "Dovecot did not start"; }
  postfix -c "$dir/postfix" start >"$dir/start.log" 2>&1 </dev/null || { cat "$dir/start.log" >&2; die "Postfix did not start"; }
  for name in "$imap" "$imaps" "$smtp" "$smtps" "$lmtp" "$auth"; do
    for _ in $(seq 100); do
      if (exec 3<>"/dev/tcp/127.0.0.1/$name") 2>/dev/null; then continue 2; fi
      sleep 0.1
    done
    cat "$dir"/*.log >&2
    die "the mail server did not start"
  done
  echo "imap=$imap,imaps=$imaps,smtp=$smtp,smtps=$smtps,ca=$dir/certificate.pem"
}

stop_mail() { # data directory
  local pid
  [ -d "$1/mail/postfix" ] || return 0
  postfix -c "$1/mail/postfix" stop >/dev/null 2>&1 || true
  pid=$(cat "$1/mail/dovecot/master.pid" 2>/dev/null || true)
  if alive "$pid"; then
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do alive "$pid" || break; sleep 0.1; done
  fi
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
  local dir pg nats mail
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
  # Mail servers change who they are for every part of their work: only root can.
  if [ "$(id -u)" -ne 0 ]; then
    echo "services: without root there is no mail server; its tests are skipped" >&2
  elif ! command -v dovecot >/dev/null || ! command -v postfix >/dev/null; then
    die "Dovecot and Postfix are not installed (scripts/install-deps.sh)"
  else
    mail=$(start_mail "$dir")
    echo "ZHIKE_TEST_MAIL=$mail" >>"$state/env"
  fi
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
  stop_mail "$dir"
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
