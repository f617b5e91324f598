"""WooCommerce's own REST clients, unchanged, on the shop: over plain http they sign with OAuth 1.0a."""

from decimal import Decimal

import pytest

from harness import rest_clients

ADDRESS = {
    "first_name": "John",
    "last_name": "Doe",
    "address_1": "969 Market",
    "address_2": "",
    "city": "London",
    "state": "",
    "postcode": "SW1A 1AA",
    "country": "GB",
}
BILLING = ADDRESS | {"email": "john.doe@example.com", "phone": "(555) 555-5555"}


@pytest.fixture(scope="module", params=rest_clients.KINDS)
def client(request, shared_shop):
    return rest_clients.KINDS[request.param](shared_shop)


def answered(client, status, *call, **more):
    got, _, body = client.call(*call, **more)
    assert got == status, body
    return body


def product(client, name):
    found = answered(client, 200, "get", "products", params={"search": name, "per_page": 100})
    return next(one for one in found if one["name"] == name)


def money(text):
    return Decimal(text)


def totals_add_up(order):
    lines = sum(money(line["total"]) for line in order["line_items"])
    shipping = sum(money(line["total"]) for line in order["shipping_lines"])
    tax = sum(money(line["tax_total"]) + money(line["shipping_tax_total"]) for line in order["tax_lines"])
    assert money(order["shipping_total"]) == shipping
    assert money(order["total_tax"]) == tax == money(order["cart_tax"]) + money(order["shipping_tax"])
    assert money(order["total"]) == lines + shipping + tax
    assert money(order["discount_total"]) == sum(
        money(line["subtotal"]) - money(line["total"]) for line in order["line_items"]
    )


def new_order(client, **more):
    beanie, polo = product(client, "Beanie"), product(client, "Polo")
    wanted = {
        "payment_method": "bacs",
        "payment_method_title": "Direct Bank Transfer",
        "set_paid": True,
        "billing": BILLING,
        "shipping": ADDRESS,
        "line_items": [{"product_id": beanie["id"], "quantity": 2}, {"product_id": polo["id"], "quantity": 1}],
        "shipping_lines": [{"method_id": "flat_rate", "method_title": "Flat Rate", "total": "10.00"}],
    }
    return answered(client, 201, "post", "orders", wanted | more)


def test_products_are_listed_by_page(client):
    status, headers, first = client.call("get", "products", params={"per_page": 4, "orderby": "title", "order": "asc"})
    assert status == 200
    assert len(first) == 4
    total, pages = int(headers["x-wp-total"]), int(headers["x-wp-totalpages"])
    assert pages == -(-total // 4)
    names = []
    for page in range(1, pages + 1):
        params = {"per_page": 4, "orderby": "title", "order": "asc", "page": page}
        names += [one["name"] for one in answered(client, 200, "get", "products", params=params)]
    assert len(names) == total == len(set(names))
    assert names == sorted(names, key=str.lower)


def test_a_product_has_prices_and_variations(client):
    beanie = product(client, "Beanie")
    assert (beanie["type"], beanie["price"], beanie["regular_price"], beanie["sale_price"]) == ("simple", "18", "20", "18")
    shirt = product(client, "V-Neck T-Shirt")
    assert shirt["type"] == "variable"
    variations = answered(client, 200, "get", f"products/{shirt['id']}/variations")
    assert sorted(one["id"] for one in variations) == sorted(shirt["variations"])
    assert {one["attributes"][0]["option"] for one in variations} == {"Red", "Green", "Blue"}


def test_an_order_is_made_read_and_moved_on(client):
    made = new_order(client)
    assert made["status"] == "processing"
    assert made["date_paid"] is not None
    totals_add_up(made)
    # 2 × 18 + 20 goods, 10 shipping; what is due for them in GB is a fifth more.
    assert (made["total_tax"], made["total"]) == ("13.20", "79.20")
    read = answered(client, 200, "get", f"orders/{made['id']}")
    assert read == made
    assert read["billing"]["email"] == BILLING["email"]
    moved = answered(client, 200, "put", f"orders/{made['id']}", {"status": "completed"})
    assert moved["status"] == "completed"
    assert moved["date_completed"] is not None
    found = answered(client, 200, "get", "orders", params={"status": "completed", "per_page": 100})
    assert made["id"] in [one["id"] for one in found]


def test_a_variation_is_sold(client):
    shirt = product(client, "V-Neck T-Shirt")
    wanted = {"product_id": shirt["id"], "variation_id": shirt["variations"][0], "quantity": 1}
    order = new_order(client, line_items=[wanted], shipping_lines=[])
    totals_add_up(order)
    line = order["line_items"][0]
    assert (line["product_id"], line["variation_id"]) == (shirt["id"], shirt["variations"][0])


def test_a_refund_of_an_amount(client):
    order = new_order(client)
    refund = answered(client, 201, "post", f"orders/{order['id']}/refunds", {"amount": "10.00", "reason": "Late"})
    assert (refund["amount"], refund["reason"], refund["line_items"]) == ("10.00", "Late", [])
    read = answered(client, 200, "get", f"orders/{order['id']}")
    assert read["refunds"] == [{"id": refund["id"], "reason": "Late", "total": "-10.00"}]
    assert read["status"] == "processing"
    assert answered(client, 200, "get", f"orders/{order['id']}/refunds/{refund['id']}") == refund


def test_a_refund_of_lines_then_of_the_rest(client):
    order = new_order(client)
    line = order["line_items"][0]
    tax = {"id": line["taxes"][0]["id"], "refund_total": 3.6}
    # WooCommerce's own example writes an item's id as text.
    wanted = {"amount": "21.60", "line_items": [{"id": str(line["id"]), "quantity": 1, "refund_total": 18, "refund_tax": [tax]}]}
    first = answered(client, 201, "post", f"orders/{order['id']}/refunds", wanted)
    shown = first["line_items"][0]
    assert (shown["quantity"], shown["total"], shown["total_tax"]) == (-1, "-18.00", "-3.60")
    assert {"key": "_refunded_item_id", "value": str(line["id"])}.items() <= shown["meta_data"][0].items()
    rest = money(order["total"]) - money("21.60")
    too_much = client.call("post", f"orders/{order['id']}/refunds", {"amount": str(rest + money("0.01"))})
    assert too_much[0] == 400
    second = answered(client, 201, "post", f"orders/{order['id']}/refunds", {"amount": str(rest)})
    listed = answered(client, 200, "get", f"orders/{order['id']}/refunds")
    assert sorted(one["id"] for one in listed) == sorted([first["id"], second["id"]])
    assert sum(money(one["amount"]) for one in listed) == money(order["total"])
    assert answered(client, 200, "get", f"orders/{order['id']}")["status"] == "refunded"


def test_an_order_is_deleted(client):
    unpaid = new_order(client, set_paid=False)
    answered(client, 200, "delete", f"orders/{unpaid['id']}", params={"force": True})
    status, _, body = client.call("get", f"orders/{unpaid['id']}")
    assert (status, body["code"]) == (404, "woocommerce_rest_shop_order_invalid_id")
    paid = new_order(client)
    answered(client, 200, "delete", f"orders/{paid['id']}")
    assert answered(client, 200, "get", f"orders/{paid['id']}")["status"] == "trash"


def test_coupons_customers_and_taxes(client):
    code = f"ten-{client.name}"
    coupon = answered(client, 201, "post", "coupons", {"code": code, "discount_type": "percent", "amount": "10"})
    assert answered(client, 200, "get", "coupons", params={"code": code})[0]["id"] == coupon["id"]
    wanted = {"email": f"{client.name}@example.com", "first_name": "Jo", "username": client.name, "billing": BILLING}
    customer = answered(client, 201, "post", "customers", wanted)
    assert answered(client, 200, "get", f"customers/{customer['id']}")["email"] == wanted["email"]
    rates = answered(client, 200, "get", "taxes")
    assert any(rate["country"] == "GB" and money(rate["rate"]) == 20 for rate in rates)
    categories = answered(client, 200, "get", "products/categories", params={"per_page": 100})
    assert "Accessories" in [one["name"] for one in categories]


def test_a_wrong_secret_is_refused(shared_shop, client):
    status, _, body = type(client)(shared_shop, secret="not the secret").call("get", "orders")
    assert (status, body["data"]["status"]) == (401, 401)
