"""Every OpenAPI document under schemathesis: no 5xx, every status and body as the document says, for every kind of input it can think of."""

import json
import os
import subprocess
import sys

import pytest
import requests

from conftest import ENGINES, run_shop
from harness.buyer import Buyer
from harness.selling import BELT, Funnel, product_id
from harness.shop import ADMIN, ROOT

NAMESPACES = ["ocart/v1", "oloyalty/v1", "cartbay/v1", "wc/v3", "wc/store/v1", "wp/v2"]
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
SEED = "20261121"
EXAMPLES = "8"


@pytest.fixture(scope="module", params=ENGINES)
def shared_shop(request, tmp_path_factory, mail_server):
    """A shop behind a proxy, with a funnel, an order, a member and a captured cart in it."""
    folder = tmp_path_factory.mktemp("shop")
    for shop in run_shop(request.param, folder, mail_server, CARTWRIGHT_TRUST_FORWARDED="true"):
        funnel = Funnel(shop)
        for number in range(3):
            Buyer(shop, funnel, f"described-{number}@example.com").offered()
        shop.run_due()
        yield shop


def ids(shop, path):
    return [row["id"] for row in shop.rest("GET", path, params={"per_page": 100}, status=200)]


@pytest.fixture(scope="module")
def known(shared_shop):
    """Ids of what there is, by the collection's name in addresses."""
    listed = {name: ids(shared_shop, f"wc/v3/{name}") for name in ["products", "orders", "taxes", "customers"]}
    listed |= {name: ids(shared_shop, f"ocart/v1/{name}") for name in ["funnels", "bumps", "upsells"]}
    listed |= {"members": ids(shared_shop, "oloyalty/v1/members"), "sessions": ids(shared_shop, "cartbay/v1/sessions")}
    return {name: found for name, found in listed.items() if found}


@pytest.fixture(scope="module")
def cart(shared_shop):
    body = {"id": product_id(shared_shop, BELT)}
    answer = requests.post(f"{shared_shop.url}/wp-json/wc/store/v1/cart/add-item", json=body, timeout=30)
    return answer.headers["Cart-Token"]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_answers_are_as_described(shared_shop, known, cart, namespace, tmp_path):
    words = [sys.executable, "-m", "schemathesis.cli", "run", f"{shared_shop.url}/wp-json/{namespace}/openapi", "--no-color"]
    words += ["--auth", f"{ADMIN}:{shared_shop.key}", "--header", f"Cart-Token: {cart}", "--checks", ",".join(CHECKS)]
    words += ["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", SEED]
    words += ["--generation-deterministic", "--no-shrink", "--continue-on-failure", "--warnings", "off", "--suppress-health-check", "all"]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "e2e"),
        "SCHEMATHESIS_HOOKS": "harness.openapi_hooks",
        "CARTWRIGHT_E2E_IDS": json.dumps(known),
    }
    done = subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout and "Tested: 0" not in done.stdout, done.stdout[-3000:]


def test_nothing_is_half_written_after_all_that(shared_shop):
    shared_shop.cli("db", "verify")
