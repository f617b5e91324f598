"""The shop starts on both databases, takes the sample files, minds the clock, and ends well."""

import requests

from harness import goods


def test_the_catalogue_is_imported_and_served(shared_shop):
    listed = shared_shop.listed("product", "list")
    assert "Beanie" in {row["name"] for row in listed}
    page = requests.get(f"{shared_shop.url}/shop", timeout=30)
    assert page.status_code == 200
    assert "Beanie" in page.text


def test_the_import_can_be_repeated(shared_shop):
    products, taxes = goods.files(shared_shop.folder)
    expected = 25 if goods.sample_is_there() else len(goods.own_catalogue())
    assert f"0 products created, {expected} updated" in shared_shop.cli("product", "import", products)
    assert "0 tax rates created" in shared_shop.cli("tax", "import", taxes)


def test_the_clock_moves_without_a_restart(shared_shop):
    def served():
        return requests.get(f"{shared_shop.url}/readyz", timeout=10).headers["Date"]

    before = served()
    shared_shop.clock.move(86_400)
    assert served()[:16] != before[:16]


def test_the_books_are_clean(shared_shop):
    shared_shop.cli("db", "verify")
    shared_shop.cli("db", "status")
