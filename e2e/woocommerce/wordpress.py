"""The test store from within: WordPress's own functions, its clock, what PHP has written down."""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from harness.waiting import until

DIRECTORY = os.environ.get("CARTWRIGHT_STORE_DIRECTORY", "")
ADDRESS = os.environ.get("CARTWRIGHT_STORE_ADDRESS", "")
SCRIPT = Path(__file__).resolve().parent.parent / "woocommerce.sh"
CUSTOMER = "ada@example.com"


class Wordpress:
    """The store from within."""

    def run(self, *words):
        port = ADDRESS.rsplit(":", 1)[1]
        environment = os.environ | {"CARTWRIGHT_STORE_PORT": port}
        done = subprocess.run([str(SCRIPT), *words], env=environment, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def php(self, code):
        with tempfile.NamedTemporaryFile("w", suffix=".php") as file:
            file.write("<?php\n" + code)
            file.flush()
            return self.run("php", DIRECTORY, file.name).strip()

    def json(self, code):
        return json.loads(self.php(f"echo json_encode({code});"))

    def code(self):
        return self.php("Cartwright\\Link\\Keys::forget(); echo Cartwright\\Link\\Pairing::make()->text();")

    def product(self, sku):
        return self.json(f"wc_get_product_id_by_sku('{sku}')")

    def waiting(self):
        return self.json("Cartwright\\Events\\Queue::waiting()->count")

    def send(self):
        """WordPress's clock comes round; whatever pause was left is over."""
        self.php("Cartwright\\Events\\Delivery::retryNow(); Cartwright\\Events\\Queue::hurry(); do_action('cartwright_minutely');")

    def status(self, order, status):
        self.php(f"wc_get_order({order})->update_status('{status}');")

    def orders(self, *statuses):
        query = {"limit": -1, "type": "shop_order", "status": list(statuses), "return": "ids"}
        return self.json(f"wc_get_orders(json_decode('{json.dumps(query)}', true))")

    def page(self, slug, content):
        """A page of the merchant's."""
        fields = {"post_type": "page", "post_status": "publish", "post_name": slug, "post_title": slug, "post_content": content}
        self.php(
            f"foreach (get_posts(['post_type' => 'page', 'name' => '{slug}']) as $old) {{ wp_delete_post($old->ID, true); }}"
            f" wp_insert_post(json_decode('{json.dumps(fields)}', true));"
        )

    def problems(self):
        """What PHP has complained of in the plugin's own files, and every error wherever it was."""
        log = Path(DIRECTORY, "log/php.log").read_text(errors="replace")
        wrong = re.compile(r"PHP (Warning|Notice|Deprecated).*(plugins/cartwright|connector)/(src|cartwright\.php)|PHP (Fatal|Parse)")
        return [line for line in log.splitlines() if wrong.search(line)]

    def complaints(self):
        """What PHP has complained of, wherever it was; but the store cannot ask wordpress.org for news."""
        log = Path(DIRECTORY, "log/php.log").read_text(errors="replace")
        news = re.compile(r"wp_(version_check|update_(plugins|themes))\(\)")
        return [line for line in log.splitlines() if "PHP " in line and not news.search(line)]


def link(shop):
    """How the server sees its link with the store."""
    status = shop.listed("wordpress", "status")
    return status[0] if isinstance(status, list) else status


def members(shop):
    """The members of the programme, by address."""
    return {row["email"]: row for row in shop.rest("GET", "oloyalty/v1/members?per_page=100", status=200)}


def drained(wordpress, shop):
    """Nothing waits on either side."""
    wordpress.send()
    until(lambda: wordpress.waiting() == 0, what="an empty queue in the store")

    def worked_off():
        shop.run_due()
        status = link(shop)
        return int(status["waiting"]) == 0 and int(status["failed"]) == 0

    until(worked_off, 60, what="an empty inbox")
