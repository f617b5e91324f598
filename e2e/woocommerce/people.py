"""Customers and the merchant's staff of a real store: who becomes a member, and who may no longer see the server's admin. Run by
journey.sh."""

import pytest
from checkouts import Shopping
from wordpress import ADDRESS, CUSTOMER, drained, members


@pytest.fixture
def shopping(browser):
    with Shopping(browser, ADDRESS) as one:
        yield one


def registered(shopping, email):
    """An account that somebody makes in the store, and is logged in to."""
    shopping.open("/my-account/")
    shopping.page.fill("#reg_email", email)
    shopping.page.locator("button[name=register]").click()
    shopping.page.locator(".woocommerce-MyAccount-navigation").wait_for()


def test_a_customer_from_before_is_a_member_without_a_bonus(wordpress, shop):
    # The clock of the store comes round twice: no one is told of again.
    drained(wordpress, shop)
    drained(wordpress, shop)
    ada = members(shop)[CUSTOMER]
    assert (ada["user_id"], ada["points_balance"]) == (wordpress.json("get_user_by('email', 'ada@example.com')->ID"), 0)
    assert "owner@example.com" not in members(shop), "whoever runs the store is no customer of it"


def test_who_registers_in_the_account_is_a_member_with_the_welcome_bonus(wordpress, shop, shopping):
    email = f"account{shop.port}@example.com"
    registered(shopping, email)
    drained(wordpress, shop)
    assert members(shop)[email]["points_balance"] == 100


def test_the_balance_stands_on_a_page_by_shortcode_and_by_block(wordpress, shop, shopping):
    wordpress.page("balance", "[oloyalty_balance]\n\n<!-- wp:oloyalty/balance /-->")
    balances = shopping.page.locator(".oloyalty-balance")
    shopping.open("/balance/")
    assert balances.count() == 0, "a guest has none"
    email = f"balance{shop.port}@example.com"
    registered(shopping, email)
    drained(wordpress, shop)
    assert members(shop)[email]["points_balance"] == 100
    shopping.open("/balance/")
    by_shortcode, by_block = balances.all_inner_texts()
    assert by_shortcode.startswith("100 points")
    assert by_block == by_shortcode


@pytest.mark.parametrize(("kind", "path"), [("classic", "/checkout-classic/"), ("block", "/checkout/")], ids=["classic", "block"])
def test_who_registers_at_the_checkout_is_a_member_with_the_welcome_bonus(wordpress, shop, shopping, kind, path):
    email = f"{kind}{shop.port}@example.com"
    shopping.add(wordpress.product("journal"))
    shopping.open(path)
    getattr(shopping, f"pay_{kind}")(email, account=True)
    order = shopping.order()
    drained(wordpress, shop)
    member = members(shop)[email]
    assert (member["points_balance"], member["user_id"]) == (100, wordpress.json(f"wc_get_order({order})->get_customer_id()"))


def test_the_servers_own_doors_lead_into_the_store(wordpress, shop, shopping):
    for path, leads in [("/", "/"), ("/shop", "/shop/"), ("/cart", "/cart/"), ("/my-account", "/my-account/")]:
        shopping.page.goto(f"{shop.url}{path}")
        assert shopping.page.url == f"{ADDRESS}{leads}"


@pytest.mark.parametrize(
    "loss",
    [
        "get_user_by('login', 'clerk')->set_role('customer');",
        "get_user_by('login', 'clerk')->add_cap('ocart_manage', false);",
        "require_once ABSPATH . 'wp-admin/includes/user.php'; wp_delete_user(get_user_by('login', 'clerk')->ID);",
        "get_role('keeper')->remove_cap('ocart_manage');",
    ],
    ids=["another-role", "a-capability-less", "gone", "a-role-that-may-less"],
)
def test_who_loses_his_rights_in_wordpress_has_none_here(wordpress, shop, shopping, loss):
    rights = "['read' => true, 'manage_woocommerce' => true, 'ocart_manage' => true, 'ocart_manage_funnels' => true]"
    wordpress.php(
        f"remove_role('keeper'); add_role('keeper', 'Keeper', {rights});"
        " if (get_user_by('login', 'clerk')) { require_once ABSPATH . 'wp-admin/includes/user.php';"
        " wp_delete_user(get_user_by('login', 'clerk')->ID); }"
        " wp_insert_user(['user_login' => 'clerk', 'user_pass' => 'clerk', 'user_email' => 'clerk@example.com', 'role' => 'keeper']);"
        " Cartwright\\Link\\Link::greet();"
    )
    drained(wordpress, shop)
    shopping.log_in("clerk", "clerk")
    shopping.page.goto(f"{ADDRESS}/wp-admin/admin.php?page=ocart", wait_until="domcontentloaded")
    shopping.page.frame_locator(".cartwright-page iframe").get_by_role("heading", level=1, name="Dashboard").wait_for()
    page = shopping.context.new_page()
    page.goto(f"{shop.url}/admin/ocart")
    page.get_by_role("heading", level=1, name="Dashboard").wait_for()
    wordpress.php(loss)
    drained(wordpress, shop)
    page.goto(f"{shop.url}/admin/ocart")
    page.wait_for_url("**/admin/login**")
