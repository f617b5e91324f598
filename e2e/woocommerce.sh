#!/usr/bin/env bash
# A real WooCommerce store for trying and testing the connector.
#
#   e2e/woocommerce.sh PATH-TO-WOOCOMMERCE [PATH-TO-WORDPRESS]        a store, the whole journey and the shop's suite, and away with it
#   e2e/woocommerce.sh up DIRECTORY PATH-TO-WOOCOMMERCE [PATH-TO-WORDPRESS]   a store in DIRECTORY that stays up
#   e2e/woocommerce.sh start|stop|reset|cron|down DIRECTORY           starts and stops it, puts stock and orders back as they
#                                                                     were, lets WordPress's clock tick, takes it away
#   e2e/woocommerce.sh php DIRECTORY FILE [ARGUMENTS]                 runs a PHP file within the store's WordPress
#
# Needs nginx, MariaDB, php-fpm and PHP's mysql, xml, mbstring, curl, gd, intl and zip; the first form also a Rust toolchain, Chromium
# and python3 with venv. What Debian has of it, root's run installs. Where WordPress is not given, a folder `wordpress` beside
# WooCommerce's is taken. The store answers on 127.0.0.1 at CARTWRIGHT_STORE_PORT (8190; the first form takes any free port).
# The first form runs every part even if one has failed, ends with a table, and well only if all of it passed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(dirname "$here")
port=${CARTWRIGHT_STORE_PORT:-8190}
missing=()

fail() { echo "$*" >&2; exit 1; }

fpm_binary() { ls /usr/sbin/php-fpm* 2>/dev/null | sort -V | tail -1; }

needs() {
  command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx)
  command -v mariadbd >/dev/null || [ -x /usr/sbin/mariadbd ] || missing+=(mariadb-server)
  [ -n "$(fpm_binary)" ] || missing+=(php-fpm)
  command -v php >/dev/null || missing+=(php-cli)
  local extension modules; modules=$(php -m 2>/dev/null || true)
  for extension in mysqli:mysql dom:xml mbstring:mbstring curl:curl gd:gd intl:intl zip:zip; do
    grep -qix "${extension%%:*}" <<<"$modules" || missing+=("php-${extension##*:}")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  [ "$(id -u)" = 0 ] || fail "missing, and only root can install: ${missing[*]}"
  echo "installing: ${missing[*]}"
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } >/tmp/cartwright-store-apt.log 2>&1 \
    || { tail -20 /tmp/cartwright-store-apt.log; return 1; }
}

needs_of_the_tests() {
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
  command -v cc >/dev/null || missing+=(gcc libc6-dev)
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
}

alive() { [ -f "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

wait_for() { # wait_for SECONDS COMMAND...
  local until=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || return 1
    read -r -t 0.2 <> <(:) || true
  done
}

start_database() {
  alive "$store/run/mariadb.pid" && return 0
  [ -d "$store/data/mysql" ] || mariadb-install-db --no-defaults --datadir="$store/data" --auth-root-authentication-method=normal \
    --user="$(id -un)" >"$store/log/mariadb-install.log" 2>&1 || { tail -20 "$store/log/mariadb-install.log"; return 1; }
  setsid "$(command -v mariadbd || echo /usr/sbin/mariadbd)" --no-defaults --user="$(id -un)" --datadir="$store/data" --skip-networking \
    --socket="$store/run/mariadb.sock" --pid-file="$store/run/mariadb.pid" --character-set-server=utf8mb4 >"$store/log/mariadb.log" 2>&1 &
  wait_for 60 mariadb --no-defaults --socket="$store/run/mariadb.sock" -uroot -e 'CREATE DATABASE IF NOT EXISTS store CHARACTER SET utf8mb4' \
    || { tail -20 "$store/log/mariadb.log"; return 1; }
}

start_php() {
  alive "$store/run/fpm.pid" && return 0
  cat >"$store/run/fpm.conf" <<CONF
[global]
pid = $store/run/fpm.pid
error_log = $store/log/fpm.log
[store]
$([ "$(id -u)" = 0 ] && printf 'user = root\ngroup = root\n')
listen = $store/run/fpm.sock
listen.mode = 0666
pm = static
pm.max_children = 6
catch_workers_output = yes
php_admin_value[error_log] = $store/log/php.log
php_admin_flag[log_errors] = on
php_admin_flag[display_errors] = off
php_admin_value[error_reporting] = 32767
php_admin_value[memory_limit] = 256M
php_admin_flag[opcache.enable] = on
php_admin_value[opcache.revalidate_freq] = 0
php_admin_value[opcache.memory_consumption] = 192
php_admin_value[opcache.max_accelerated_files] = 20000
CONF
  local root=(); [ "$(id -u)" = 0 ] && root=(-R)
  setsid "$(fpm_binary)" "${root[@]}" --nodaemonize --fpm-config "$store/run/fpm.conf" >"$store/log/fpm-out.log" 2>&1 &
  wait_for 20 test -S "$store/run/fpm.sock" || { tail -20 "$store/log/fpm.log" "$store/log/fpm-out.log"; return 1; }
}

start_front() {
  alive "$store/run/nginx.pid" && return 0
  cat >"$store/run/nginx.conf" <<CONF
$([ "$(id -u)" = 0 ] && echo 'user root;')
pid $store/run/nginx.pid;
error_log $store/log/nginx.log;
worker_processes 1;
events { worker_connections 256; }
http {
  types { text/html html; text/css css; text/javascript js mjs; application/json json; image/svg+xml svg; image/png png; image/jpeg jpg jpeg; image/webp webp; font/woff2 woff2; }
  default_type application/octet-stream;
  access_log $store/log/access.log;
  client_body_temp_path $store/run/body; fastcgi_temp_path $store/run/fastcgi; proxy_temp_path $store/run/proxy; uwsgi_temp_path $store/run/uwsgi; scgi_temp_path $store/run/scgi;
  client_max_body_size 8m;
  server {
    listen 127.0.0.1:$port;
    root $store/www;
    index index.php;
    location / { try_files \$uri \$uri/ /index.php?\$args; }
    location ~ \.php\$ {
      try_files \$uri =404;
      fastcgi_pass unix:$store/run/fpm.sock;
      fastcgi_read_timeout 120;
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
      fastcgi_param HTTP_HOST \$http_host;
    }
  }
}
CONF
  "$(command -v nginx || echo /usr/sbin/nginx)" -c "$store/run/nginx.conf" -p "$store/run" -e "$store/log/nginx.log" || { tail -20 "$store/log/nginx.log"; return 1; }
}

stop_one() { # stop_one PID-FILE
  alive "$1" || return 0
  local pid; pid=$(cat "$1")
  kill "$pid" 2>/dev/null || true
  wait_for 30 eval "! kill -0 $pid" || kill -9 "$pid" 2>/dev/null || true
  rm -f "$1"
}

start() { start_database && start_php && start_front && echo "the store answers at http://127.0.0.1:$port"; }
stop() { stop_one "$store/run/nginx.pid"; stop_one "$store/run/fpm.pid"; stop_one "$store/run/mariadb.pid"; }

php_in_store() { CARTWRIGHT_STORE="$store" CARTWRIGHT_STORE_URL="http://127.0.0.1:$port" php -d memory_limit=512M -d display_errors=stderr "$@"; }

unpack() { # unpack WOOCOMMERCE WORDPRESS
  local woocommerce=$1 wordpress=$2
  [ -f "$woocommerce/woocommerce.php" ] || fail "$woocommerce is no WooCommerce: it has no woocommerce.php"
  [ -f "$wordpress/wp-load.php" ] || fail "$wordpress is no WordPress: it has no wp-load.php"
  mkdir -p "$store"/{www,data,log,run}
  # Distributions replace parts of WordPress by links into the system; those that lead nowhere here are left out.
  cp -rL "$wordpress/." "$store/www/" 2>/dev/null || true
  rm -rf "$store/www/wp-config.php" "$store/www/wp-content/plugins"
  mkdir -p "$store/www/wp-content/plugins" "$store/www/wp-content/uploads"
  cp -r "$woocommerce" "$store/www/wp-content/plugins/woocommerce"
  ln -sfn "$project/connector" "$store/www/wp-content/plugins/cartwright"
  php_in_store "$here/woocommerce/configuration.php" >"$store/www/wp-config.php"
}

install() {
  local step
  for step in wordpress woocommerce store connector; do
    php_in_store "$here/woocommerce/install.php" "$step" || fail "the step $step of the installation failed"
  done
}

up() { # up WOOCOMMERCE [WORDPRESS]
  local woocommerce; woocommerce=$(cd "$1" && pwd)
  local wordpress=${2:-$(dirname "$woocommerce")/wordpress}
  needs || return 1
  [ -f "$store/www/wp-config.php" ] || unpack "$woocommerce" "$wordpress"
  start_database || return 1
  [ -f "$store/installed" ] || { install && touch "$store/installed"; }
  start
}

down() { stop; rm -rf "$store"; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

parts=(); results=(); said=(); times=()

part() { # part NAME COMMAND...
  local name=$1 start=$SECONDS output; shift
  output=$(mktemp)
  printf '\n==== %s\n' "$name"
  if "$@" 2>&1 | tee "$output"; then results+=(passed); else results+=(FAILED); fi
  parts+=("$name"); times+=($((SECONDS - start)))
  # How the suite sums up.
  said+=("$(grep -E '^(=+ .*(passed|failed|error).* =+|test result: .*)$' "$output" | tail -1 | sed -E 's/^(=+ |test result: )//; s/( =+|; finished in .*)$//' || true)")
  rm -f "$output"
}

everything() { # everything WOOCOMMERCE [WORDPRESS]
  local address index failed=0
  [ -n "${CARTWRIGHT_STORE_PORT:-}" ] || port=$(free_port)
  export CARTWRIGHT_STORE_PORT=$port
  address=http://127.0.0.1:$port
  needs_of_the_tests
  part 'store on MariaDB and PHP-FPM' up "$@"
  if [ "${results[0]}" = passed ]; then
    part 'shoppers in a browser' "$here/woocommerce/journey.sh" "$store" "$address" shoppers.py
    part 'customers and staff' "$here/woocommerce/journey.sh" "$store" "$address" people.py
    part 'journey, server stopped' "$here/woocommerce/journey.sh" "$store" "$address" journey.py
    part "the shop's suite" "$here/woocommerce/conformance.sh" "$store" "$address"
  fi
  part 'store away' down
  trap - EXIT
  printf '\n%-30s %-8s %8s  %s\n' part result seconds tests
  for index in "${!parts[@]}"; do
    printf '%-30s %-8s %8s  %s\n' "${parts[$index]}" "${results[$index]}" "${times[$index]}" "${said[$index]}"
    [ "${results[$index]}" = passed ] || failed=$((failed + 1))
  done
  [ "$failed" -eq 0 ] && printf '\nall passed\n' || { printf '\n%s FAILED\n' "$failed"; return 1; }
}

store_of() { mkdir -p "$1"; store=$(cd "$1" && pwd); }

verb=${1:-}
case "$verb" in
  up) [ $# -ge 3 ] || fail "usage: $0 up DIRECTORY PATH-TO-WOOCOMMERCE [PATH-TO-WORDPRESS]"; store_of "$2"; up "$3" "${4:-}" ;;
  start) store_of "$2"; start ;;
  stop) store_of "$2"; stop ;;
  down) store_of "$2"; down ;;
  reset) store_of "$2"; php_in_store "$here/woocommerce/install.php" reset ;;
  cron) store_of "$2"; php_in_store "$here/woocommerce/install.php" cron ;;
  php) store_of "$2"; shift 2; php_in_store "$here/woocommerce/run.php" "$@" ;;
  '' | -h | --help) sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; [ -n "$verb" ] ;;
  *)
    store_of "$(mktemp -d "${TMPDIR:-/tmp}/cartwright-store.XXXXXX")"
    trap down EXIT
    everything "$@"
    ;;
esac
