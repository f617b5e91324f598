"""What the plugin adds to a shopper's requests: the same store with it and without it, side by side.

    measure.py DIRECTORY-OF-THE-STORE ADDRESS [ROUNDS]
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from counterpart import Server, Store
from shopper import Shopper

HERE = pathlib.Path(__file__).resolve().parent
# After an answer the plugin sends what it has; the next request must not run beside that.
PAUSE = 0.08


def in_store(directory: str, code: str, **environment) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".php") as file:
        file.write("<?php\n" + code)
        file.flush()
        command = [str(HERE.parent / "woocommerce.sh"), "php", directory, file.name]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


# Whoever sends the one header meets the store without the plugin: both are measured side by side, request by request, so
# that whatever else the machine does weighs on both. The other header has the request's own figures written down, at the
# moment before the plugin lets the browser go: processor time from where plugins are loaded, and questions to the database.
SWITCH = """<?php
add_filter('option_active_plugins', static function ($plugins) {
    $without = isset($_SERVER['HTTP_X_WITHOUT_CARTWRIGHT']);
    return $without ? array_values(array_diff((array) $plugins, ['cartwright/cartwright.php'])) : $plugins;
});
if (isset($_SERVER['HTTP_X_MEASURE'])) {
    $spent = static function (): float {
        $usage = getrusage();
        return 1000 * ($usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec'])
            + ($usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec']) / 1000;
    };
    $before = $spent();
    add_action('shutdown', static function () use ($spent, $before): void {
        $row = [$_SERVER['HTTP_X_MEASURE'], !isset($_SERVER['HTTP_X_WITHOUT_CARTWRIGHT']), $spent() - $before, $GLOBALS['wpdb']->num_queries];
        file_put_contents(WP_CONTENT_DIR . '/measured', json_encode($row) . PHP_EOL, FILE_APPEND | LOCK_EX);
    }, PHP_INT_MAX - 1);
}
"""


def product(directory: str, sku: str) -> int:
    return int(in_store(directory, f"echo wc_get_product_id_by_sku('{sku}');"))


def pair_of(address: str, journal: int, number: int, times: dict):
    """Two shoppers do the same, one beside the other; whoever goes first changes."""
    shoppers = {True: Shopper(address), False: Shopper(address)}
    shoppers[False].opener.addheaders.append(("X-Without-Cartwright", "1"))

    def timed(name, work):
        took = {}
        for on in (True, False) if number % 2 else (False, True):
            shoppers[on].opener.addheaders.append(("X-Measure", name))
            work(shoppers[on])
            shoppers[on].opener.addheaders.pop()
            took[on] = shoppers[on].took * 1000
            time.sleep(PAUSE)
        times.setdefault(name, []).append((took[False], took[True]))

    timed("product page, no cart", lambda shopper: shopper.get("/product/journal/"))
    timed("add to cart", lambda shopper: shopper.add(journal))
    timed("product page, with a cart", lambda shopper: shopper.get("/product/journal/"))
    timed("Store API: cart", lambda shopper: shopper.api("/cart"))
    nonces = {shopper: shopper.prepare_classic() for shopper in shoppers.values()}
    time.sleep(PAUSE)
    timed("place an order, classic", lambda shopper: shopper.pay_classic(nonces[shopper], f"m{number}@example.com"))
    for shopper in shoppers.values():
        shopper.prepare_block(journal)
    time.sleep(PAUSE)
    timed("place an order, block", lambda shopper: shopper.pay_block(f"m{number}@example.com"))


def main():
    directory, address = sys.argv[1], sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    server = Server(0, Store(address)).start()
    code = in_store(directory, "Cartwright\\Link\\Keys::forget(); echo Cartwright\\Link\\Pairing::make()->text();").strip()
    server.store.pair(code, server.address)
    journal = product(directory, "journal")
    switch = pathlib.Path(directory, "www/wp-content/mu-plugins/without-cartwright.php")
    switch.parent.mkdir(exist_ok=True)
    (switch.parent.parent / "measured").unlink(missing_ok=True)
    switch.write_text(SWITCH, encoding="utf-8")
    times: dict = {}
    try:
        for number in range(rounds + 2):
            pair_of(address, journal, number, times if number >= 2 else {})
    finally:
        switch.unlink()
    if not server.events:
        sys.exit("the plugin has sent nothing: this measured nothing")
    print(f"{'median ms':28} {'without':>8} {'with':>8} {'added':>7} {'quartiles':>15}   pairs")
    for name, pairs in times.items():
        added = [after - before for before, after in pairs]
        low, middle, high = statistics.quantiles(added, n=4)
        without, with_plugin = (statistics.median(values) for values in zip(*pairs, strict=True))
        print(f"{name:28} {without:8.1f} {with_plugin:8.1f} {middle:7.1f} {low:7.1f} {high:7.1f}   {len(pairs)}")
    rows = [json.loads(line) for line in (switch.parent.parent / "measured").read_text().splitlines()][4 * len(times):]
    print(f"\n{'median of the request itself':28} {'cpu ms':>8} {'with':>8} {'added':>7}   {'queries':>8} {'with':>8}")
    for name in times:
        figures = {on: [row[2:] for row in rows if row[:2] == [name, on]] for on in (False, True)}
        cpu = {on: statistics.median(row[0] for row in figures[on]) for on in figures}
        queries = {on: statistics.median(row[1] for row in figures[on]) for on in figures}
        print(f"{name:28} {cpu[False]:8.1f} {cpu[True]:8.1f} {cpu[True] - cpu[False]:7.1f}   {queries[False]:8.0f} {queries[True]:8.0f}")
    print(f"{len(server.events)} announcements, {len(server.problems)} problems")


if __name__ == "__main__":
    main()
