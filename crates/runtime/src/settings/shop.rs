//! `shop_settings`: the embedded shop, in the sense of WooCommerce's general and tax options.

use db::Tx;
use kernel::{Currency, Fault};

use super::{Kind, Setting, Settings};

/// The options row.
pub const OPTION: &str = "shop_settings";

/// The shop's currency; dollars when the setting holds none that is known.
pub fn currency(tx: &mut Tx) -> Result<Currency, Fault> {
    Ok(currency_of(&Settings::load(tx, OPTION)?))
}

/// As [`currency`], out of settings of [`OPTION`] that are at hand.
#[must_use]
pub fn currency_of(settings: &Settings) -> Currency {
    Currency::parse(&settings.text(&GENERAL_CURRENCY)).unwrap_or(Currency::USD)
}

/// `general.name`: Shown in the header and in mail.
pub const GENERAL_NAME: Setting = Setting {
    option: OPTION,
    key: "general.name",
    kind: Kind::Text("Cartwright Goods"),
    label: "Shop name",
    help: "Shown in the header and in mail.",
};
/// `general.email`: Sender of order mail.
pub const GENERAL_EMAIL: Setting = Setting {
    option: OPTION,
    key: "general.email",
    kind: Kind::Text("shop@example.com"),
    label: "Shop address",
    help: "Sender of order mail.",
};
/// `general.postal_address`: Shown at the foot of marketing mail, as the law asks.
pub const GENERAL_POSTAL_ADDRESS: Setting = Setting {
    option: OPTION,
    key: "general.postal_address",
    kind: Kind::Text(""),
    label: "Postal address",
    help: "Shown at the foot of marketing mail, as the law asks.",
};
/// `general.currency`: ISO 4217 code of all prices.
pub const GENERAL_CURRENCY: Setting = Setting {
    option: OPTION,
    key: "general.currency",
    kind: Kind::Text("USD"),
    label: "Currency",
    help: "ISO 4217 code of all prices.",
};
/// `general.country`: ISO 3166 code; decides base taxes.
pub const GENERAL_COUNTRY: Setting = Setting {
    option: OPTION,
    key: "general.country",
    kind: Kind::Text("US"),
    label: "Base country",
    help: "ISO 3166 code; decides base taxes.",
};
/// `general.state`: State code within the base country.
pub const GENERAL_STATE: Setting = Setting {
    option: OPTION,
    key: "general.state",
    kind: Kind::Text(""),
    label: "Base state",
    help: "State code within the base country.",
};
/// `general.postcode`: Postcode of the shop.
pub const GENERAL_POSTCODE: Setting = Setting {
    option: OPTION,
    key: "general.postcode",
    kind: Kind::Text(""),
    label: "Base postcode",
    help: "Postcode of the shop.",
};
/// `general.city`: City of the shop.
pub const GENERAL_CITY: Setting = Setting {
    option: OPTION,
    key: "general.city",
    kind: Kind::Text(""),
    label: "Base city",
    help: "City of the shop.",
};
/// `stock.hold_minutes`: Minutes for which an unpaid order keeps its stock; 0 forever.
pub const STOCK_HOLD_MINUTES: Setting = Setting {
    option: OPTION,
    key: "stock.hold_minutes",
    kind: Kind::Integer { default: 60, least: 0, most: 10080 },
    label: "Hold stock",
    help: "Minutes for which an unpaid order keeps its stock; 0 forever.",
};
/// `tax.enabled`: Whether taxes are calculated.
pub const TAX_ENABLED: Setting = Setting {
    option: OPTION,
    key: "tax.enabled",
    kind: Kind::Boolean(true),
    label: "Taxes",
    help: "Whether taxes are calculated.",
};
/// `tax.prices_include_tax`: Whether prices are entered with tax.
pub const TAX_PRICES_INCLUDE_TAX: Setting = Setting {
    option: OPTION,
    key: "tax.prices_include_tax",
    kind: Kind::Boolean(false),
    label: "Prices include tax",
    help: "Whether prices are entered with tax.",
};
/// `tax.based_on`: Which address decides the rates.
pub const TAX_BASED_ON: Setting = Setting {
    option: OPTION,
    key: "tax.based_on",
    kind: Kind::Choice { default: "shipping", options: &["shipping", "billing", "base"] },
    label: "Tax address",
    help: "Which address decides the rates.",
};
/// `tax.round_at_subtotal`: Round taxes on the subtotal instead of per line.
pub const TAX_ROUND_AT_SUBTOTAL: Setting = Setting {
    option: OPTION,
    key: "tax.round_at_subtotal",
    kind: Kind::Boolean(false),
    label: "Round at subtotal",
    help: "Round taxes on the subtotal instead of per line.",
};
/// `tax.shipping_class`: Slug of the class, or inherit from the items.
pub const TAX_SHIPPING_CLASS: Setting = Setting {
    option: OPTION,
    key: "tax.shipping_class",
    kind: Kind::Text("inherit"),
    label: "Shipping tax class",
    help: "Slug of the class, or inherit from the items.",
};
/// `tax.adjust_non_base`: Take the base tax out of inclusive prices before adding the destination's.
pub const TAX_ADJUST_NON_BASE: Setting = Setting {
    option: OPTION,
    key: "tax.adjust_non_base",
    kind: Kind::Boolean(true),
    label: "Same net price abroad",
    help: "Take the base tax out of inclusive prices before adding the destination's.",
};
/// `shipping.title`: What shoppers read.
pub const SHIPPING_TITLE: Setting = Setting {
    option: OPTION,
    key: "shipping.title",
    kind: Kind::Text("Flat rate"),
    label: "Shipping method",
    help: "What shoppers read.",
};
/// `shipping.cost`: Flat rate per order, without tax.
pub const SHIPPING_COST: Setting = Setting {
    option: OPTION,
    key: "shipping.cost",
    kind: Kind::Decimal { default: "4.99", least: "0", most: "100000" },
    label: "Shipping cost",
    help: "Flat rate per order, without tax.",
};
/// `shipping.free_from`: Subtotal from which shipping is free; 0 never.
pub const SHIPPING_FREE_FROM: Setting = Setting {
    option: OPTION,
    key: "shipping.free_from",
    kind: Kind::Decimal { default: "0", least: "0", most: "1000000" },
    label: "Free shipping from",
    help: "Subtotal from which shipping is free; 0 never.",
};
/// `coupons.sequential`: Later coupons apply to the already discounted price.
pub const COUPONS_SEQUENTIAL: Setting = Setting {
    option: OPTION,
    key: "coupons.sequential",
    kind: Kind::Boolean(false),
    label: "Sequential discounts",
    help: "Later coupons apply to the already discounted price.",
};

/// All of them, in order.
pub const ALL: &[Setting] = &[
    GENERAL_NAME,
    GENERAL_EMAIL,
    GENERAL_POSTAL_ADDRESS,
    GENERAL_CURRENCY,
    GENERAL_COUNTRY,
    GENERAL_STATE,
    GENERAL_POSTCODE,
    GENERAL_CITY,
    STOCK_HOLD_MINUTES,
    TAX_ENABLED,
    TAX_PRICES_INCLUDE_TAX,
    TAX_BASED_ON,
    TAX_ROUND_AT_SUBTOTAL,
    TAX_SHIPPING_CLASS,
    TAX_ADJUST_NON_BASE,
    SHIPPING_TITLE,
    SHIPPING_COST,
    SHIPPING_FREE_FROM,
    COUPONS_SEQUENTIAL,
];
