//! What goes into a calculation and what comes out. All amounts are in major units of the shop's currency.

use std::collections::{BTreeMap, BTreeSet};

use kernel::decimal::Decimal;

/// One tax rate as it won its priority for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// `tax_rate_id`.
    pub id: i64,
    /// Percent, such as 8.875.
    pub percent: Decimal,
    /// Taken on the price and the taxes before it.
    pub compound: bool,
    /// Also taken on shipping.
    pub shipping: bool,
}

/// The rates of one place by tax class, in the order of their priority. The standard class is the empty text.
pub type RatesByClass = BTreeMap<String, Vec<Rate>>;

/// Tax amounts by rate id.
pub type Taxes = BTreeMap<i64, Decimal>;

/// Whether a product is taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaxStatus {
    /// Taxed, and so is its shipping.
    #[default]
    Taxable,
    /// Only its shipping is taxed.
    Shipping,
    /// Not taxed.
    None,
}

/// The tax class that shipping takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ShippingTaxClass {
    /// From the items: standard if any item is, else the first class in the shop's order.
    #[default]
    Inherit,
    /// Always this one; the standard class is the empty text.
    Class(String),
}

/// The shop's switches that decide how totals come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Digits after the point that prices are charged with, 0 to 4.
    pub decimals: u32,
    /// `woocommerce_calc_taxes`.
    pub taxes_enabled: bool,
    /// `woocommerce_prices_include_tax`: unit prices are gross. Shipping and fees are net all the same.
    pub prices_include_tax: bool,
    /// `woocommerce_tax_round_at_subtotal`: taxes are summed unrounded.
    pub round_at_subtotal: bool,
    /// `woocommerce_calc_discounts_sequentially`: a percentage is taken on what earlier coupons left.
    pub sequential_discounts: bool,
    /// The customer pays no tax; gross prices lose the tax of the shop's base.
    pub vat_exempt: bool,
    /// `woocommerce_adjust_non_base_location_prices`: a gross price is net plus the destination's tax, so that it
    /// differs from place to place. Off: the gross price is the same everywhere.
    pub adjust_for_destination: bool,
    /// `woocommerce_shipping_tax_class`.
    pub shipping_tax_class: ShippingTaxClass,
    /// `woocommerce_shipping_prices_include_tax`: the cost of shipping is gross.
    pub shipping_includes_tax: bool,
    /// Slugs of the tax classes besides the standard one, in the shop's order.
    pub tax_classes: Vec<String>,
}

impl Settings {
    /// WooCommerce's defaults for a currency with `decimals` digits, with taxes on.
    #[must_use]
    pub fn standard(decimals: u32) -> Self {
        Self {
            decimals,
            taxes_enabled: true,
            prices_include_tax: false,
            round_at_subtotal: false,
            sequential_discounts: false,
            vat_exempt: false,
            adjust_for_destination: true,
            shipping_tax_class: ShippingTaxClass::Inherit,
            shipping_includes_tax: false,
            tax_classes: vec!["reduced-rate".to_owned(), "zero-rate".to_owned()],
        }
    }
}

/// One line of the cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The cart line's key.
    pub key: String,
    /// Price of one, gross or net as the shop enters its prices; may have fractions of a cent.
    pub unit_price: Decimal,
    /// How many.
    pub quantity: u32,
    /// Slug of the tax class; empty is the standard class.
    pub tax_class: String,
    /// Whether it is taxed.
    pub tax_status: TaxStatus,
}

/// How a coupon takes its amount off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DiscountKind {
    /// `fixed_product`: the amount off every unit of an eligible line.
    FixedProduct,
    /// `percent` of every eligible line.
    Percent,
    /// `fixed_cart`: the amount off the whole cart, spread over its units.
    FixedCart,
}

/// A coupon that is applied to the cart and valid for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    /// Id in the shop; of two alike, the newer goes first.
    pub id: i64,
    /// The code as it is stored.
    pub code: String,
    /// How it takes its amount off.
    pub kind: DiscountKind,
    /// Percent or major units.
    pub amount: Decimal,
    /// `limit_usage_to_x_items`: at most so many units are discounted; none and 0 are unlimited.
    pub item_limit: Option<u32>,
    /// Keys of the lines it may discount; none means all.
    pub eligible: Option<BTreeSet<String>>,
}

/// The chosen shipping rate of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipping {
    /// The package's or rate's key.
    pub key: String,
    /// What it costs.
    pub cost: Decimal,
    /// Whether the method is taxed.
    pub taxable: bool,
}

/// A fee, or a discount when its amount is negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fee {
    /// The fee's key.
    pub key: String,
    /// Net amount. Below zero it takes at most what items, shipping and earlier fees come to.
    pub amount: Decimal,
    /// Whether a positive fee is taxed. A negative one always gives back tax, in proportion to what is in the cart.
    pub taxable: bool,
    /// Slug of the tax class; empty is the standard class.
    pub tax_class: String,
}

/// Everything a calculation looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The shop's switches.
    pub settings: Settings,
    /// Rates of the destination.
    pub rates: RatesByClass,
    /// Rates of the shop's base, which gross prices contain.
    pub base_rates: RatesByClass,
    /// The cart.
    pub lines: Vec<Line>,
    /// Applied coupons in any order.
    pub coupons: Vec<Coupon>,
    /// One per package.
    pub shipping: Vec<Shipping>,
    /// Fees in any order; they are taken from the largest to the smallest.
    pub fees: Vec<Fee>,
}

/// What one line comes to. Net amounts are unrounded, as an order stores them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineTotals {
    /// The line's key.
    pub key: String,
    /// Net before coupons.
    pub subtotal: Decimal,
    /// Tax before coupons.
    pub subtotal_tax: Decimal,
    /// Unrounded tax before coupons.
    pub subtotal_taxes: Taxes,
    /// Net after coupons.
    pub total: Decimal,
    /// Tax after coupons.
    pub tax: Decimal,
    /// Unrounded tax after coupons.
    pub taxes: Taxes,
}

/// What one coupon took off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouponTotals {
    /// Its code.
    pub code: String,
    /// Net.
    pub discount: Decimal,
    /// The tax that went with it.
    pub discount_tax: Decimal,
}

/// What a package's shipping or a fee comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeTotals {
    /// Its key.
    pub key: String,
    /// Net.
    pub total: Decimal,
    /// Its tax.
    pub tax: Decimal,
    /// Its tax by rate.
    pub taxes: Taxes,
}

/// What one rate brings in, as an order's tax line holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateTotals {
    /// `tax_rate_id`.
    pub rate_id: i64,
    /// On items and fees.
    pub tax: Decimal,
    /// On shipping.
    pub shipping_tax: Decimal,
}

/// What the cart comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Items before coupons, net.
    pub subtotal: Decimal,
    /// Their tax.
    pub subtotal_tax: Decimal,
    /// Coupons together, net, unrounded.
    pub discount: Decimal,
    /// The tax that went with them.
    pub discount_tax: Decimal,
    /// Items after coupons, net.
    pub items: Decimal,
    /// Their tax.
    pub items_tax: Decimal,
    /// Shipping, net.
    pub shipping: Decimal,
    /// Its tax.
    pub shipping_tax: Decimal,
    /// Fees, net.
    pub fees: Decimal,
    /// Their tax.
    pub fees_tax: Decimal,
    /// All taxes.
    pub total_tax: Decimal,
    /// What is to be paid: whole minor units, never below zero.
    pub total: Decimal,
    /// By coupon, in the order in which they were taken.
    pub coupons: Vec<CouponTotals>,
    /// By line, as they came in.
    pub lines: Vec<LineTotals>,
    /// By package, as they came in.
    pub shipping_lines: Vec<ChargeTotals>,
    /// By fee, in the order in which they were taken.
    pub fee_lines: Vec<ChargeTotals>,
    /// By rate.
    pub rates: Vec<RateTotals>,
}
