"""A funnel to sell through, set up as a merchant would: from the command line and over REST."""

BELT = "Belt"
ALBUM = "Album"
CAP = "Cap"
POLO = "Polo"
BUMP_PRICE = "7.50"
UPSELL_PERCENT = 25


def product_id(shop, name):
    found = shop.rest("GET", "wc/v3/products", params={"search": name, "per_page": 100}, status=200)
    return next(one["id"] for one in found if one["name"] == name)


class Funnel:
    """One funnel in two steps with a bump at a fixed price and an upsell at a discount."""

    def __init__(self, shop, slug="welcome", layout="two_step"):
        self.shop, self.slug = shop, slug
        words = ["ocart", "funnel", "create", "Welcome", f"--slug={slug}", f"--layout={layout}"]
        self.id = int(shop.cli(*words, "--activate", "--porcelain"))
        self.bump = self.offer("bumps", ALBUM, {"type": "fixed_addon", "amount": BUMP_PRICE}, "Add the album")
        self.upsell = self.offer("upsells", CAP, {"type": "discount_pct", "value": UPSELL_PERCENT}, "A cap to go with it")

    def offer(self, kind, product, price, headline):
        wanted = {
            "funnel_id": self.id,
            "product_id": product_id(self.shop, product),
            "pricing_rule": price,
            "display_config": {"headline": headline},
        }
        return self.shop.rest("POST", f"ocart/v1/{kind}", wanted, status=201)

    @property
    def path(self):
        return f"/checkout/{self.slug}"
