"""The catalogue the tests sell from: WooCommerce's own sample files, or a small one of our own where they are missing."""

import csv
import os
from pathlib import Path

from harness.shop import ROOT

SAMPLE = Path(os.environ.get("CARTWRIGHT_E2E_DATA", ROOT.parent / "shared" / "data"))
COLUMNS = ["ID", "Type", "SKU", "Name", "Published", "Visibility in catalog", "Short description", "Description"]
COLUMNS += ["Tax status", "In stock?", "Stock", "Sale price", "Regular price", "Categories", "Parent", "Position"]
COLUMNS += ["Attribute 1 name", "Attribute 1 value(s)", "Attribute 1 visible", "Attribute 1 global"]
OWN_TAXES = (
    "Country Code,State Code,ZIP/Postcode,City,Rate %,Tax Name,Priority,Compound,Shipping,Tax Class\n"
    "GB,*,*,*,20.0000,VAT,1,1,1,\n"
)


def sample_is_there():
    return (SAMPLE / "sample_products.csv").is_file() and (SAMPLE / "sample_tax_rates.csv").is_file()


def row(number, kind, sku, name, price="", **more):
    made = dict.fromkeys(COLUMNS, "")
    made |= {"ID": number, "Type": kind, "SKU": sku, "Name": name, "Published": 1, "Visibility in catalog": "visible"}
    made |= {"Short description": f"A {name.lower()} worth having.", "Tax status": "taxable", "In stock?": 1}
    made |= {"Regular price": price, "Position": 0}
    return made | more


def own_catalogue():
    """Goods under the names and prices that the sample file has for them."""
    hue = {"Attribute 1 name": "Color", "Attribute 1 visible": 1, "Attribute 1 global": 1}
    rows = [
        row(44, "variable", "woo-vneck-tee", "V-Neck T-Shirt", Categories="Clothing > Tshirts")
        | hue
        | {"Attribute 1 value(s)": "Blue, Green, Red"},
        row(58, "simple", "woo-beanie", "Beanie", "20", **{"Sale price": "18", "Categories": "Clothing > Accessories"}),
        row(60, "simple", "woo-cap", "Cap", "18", **{"Sale price": "16", "Categories": "Clothing > Accessories"}),
        row(62, "simple", "woo-belt", "Belt", "65", **{"Sale price": "55", "Categories": "Clothing > Accessories"}),
        row(64, "simple", "woo-album", "Album", "15", Categories="Music"),
        row(66, "simple", "woo-polo", "Polo", "20", Categories="Clothing > Tshirts"),
    ]
    for place, colour in enumerate(["Red", "Green", "Blue"]):
        name, sku = f"V-Neck T-Shirt - {colour}", f"woo-vneck-tee-{colour.lower()}"
        rows.append(
            row(76 + place, "variation", sku, name, "20", Parent="woo-vneck-tee", Position=place)
            | hue
            | {"Attribute 1 value(s)": colour, "Visibility in catalog": "visible"}
        )
    return rows


def write(path: Path, rows):
    """A products file of these rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def files(folder: Path):
    """Paths of a products file and a tax rates file."""
    if sample_is_there():
        return SAMPLE / "sample_products.csv", SAMPLE / "sample_tax_rates.csv"
    products, taxes = folder / "products.csv", folder / "taxes.csv"
    write(products, own_catalogue())
    taxes.write_text(OWN_TAXES, encoding="utf-8")
    return products, taxes


def stock(shop):
    """Imports the catalogue through the program's own commands."""
    products, taxes = files(shop.folder)
    shop.cli("product", "import", products)
    shop.cli("tax", "import", taxes)
