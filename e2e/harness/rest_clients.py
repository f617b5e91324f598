"""WooCommerce's own REST clients behind one face: `call(method, path, body, params)` gives status, headers, body."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import woocommerce

from harness.shop import ADMIN, ROOT

NODE_FOLDER = ROOT / "target" / "e2e-node"
SCRIPT = Path(__file__).resolve().parents[1] / "node" / "client.mjs"


class PythonClient:
    """PyPI `woocommerce`."""

    name = "python"

    def __init__(self, shop, secret=None):
        self.api = woocommerce.API(
            url=shop.url, consumer_key=ADMIN, consumer_secret=secret or shop.key, version="wc/v3", timeout=60
        )

    def call(self, method, path, body=None, params=None):
        more = {"params": params} if params else {}
        answer = getattr(self.api, method)(path, **more) if body is None else getattr(self.api, method)(path, body, **more)
        return answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.json()


class NodeClient:
    """npm `@woocommerce/woocommerce-rest-api`."""

    name = "node"

    def __init__(self, shop, secret=None):
        if shutil.which("node") is None or not (NODE_FOLDER / "node_modules").is_dir():
            pytest.fail("the npm client is not installed: scripts/sections/e2e does it")
        self.command = ["node", str(SCRIPT), str(NODE_FOLDER), shop.url, ADMIN, secret or shop.key]

    def call(self, method, path, body=None, params=None):
        wanted = json.dumps({"method": method, "path": path, "body": body, "params": params})
        done = subprocess.run(
            self.command, input=wanted, capture_output=True, text=True, check=False, timeout=120, cwd=NODE_FOLDER
        )
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        return answer["status"], answer["headers"], answer["body"]


KINDS = {"python": PythonClient, "node": NodeClient}
