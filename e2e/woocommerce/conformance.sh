#!/usr/bin/env bash
# Runs the suite that every shop of record passes on a store that `e2e/woocommerce.sh up` has brought up, and has its announcements
# heard by a server:
#
#   e2e/woocommerce/conformance.sh DIRECTORY ADDRESS
#
# CARTWRIGHT_WOOCOMMERCE_RECORD=1 writes what was said into the tests, from where it is played where there is no store.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 1; }
store=$(cd "$1" && pwd)
address=$2
export CARTWRIGHT_STORE_PORT=${address##*:}

# A key for this run, in the place of any pairing.
key=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n'):$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
server=127.0.0.1:$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
more=$store/www/wp-config-more.php
kept=
[ -f "$more" ] && kept=$(mktemp) && cp "$more" "$kept"
restore() { if [ -n "$kept" ]; then mv "$kept" "$more"; else rm -f "$more"; fi; }
trap restore EXIT
cat >"$more" <<PHP
<?php
define('CARTWRIGHT_WORDPRESS_KEY', '$key');
define('CARTWRIGHT_SERVER_URL', 'http://$server');
PHP

script=$(mktemp --suffix=.php)
echo '<?php \Cartwright\Link\Site::make(); echo \Cartwright\Link\Site::id();' >"$script"
site=$("$here/../woocommerce.sh" php "$store" "$script")
rm -f "$script"

cd "$here/../.."
CARTWRIGHT_WOOCOMMERCE_STORE="$address,$key,$site" CARTWRIGHT_WOOCOMMERCE_SERVER="$server" \
  CARTWRIGHT_WOOCOMMERCE_TOOL="'$here/../woocommerce.sh' {} '$store'" \
  cargo test -p woocommerce --test conformance
