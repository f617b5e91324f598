//! What a cart costs: WooCommerce's totals, to the cent, in whole numbers.
//!
//! Items → coupons (fixed product, percent, fixed cart) → shipping → fees → total. Every line keeps its amounts
//! unrounded and each tax by its rate; what is summed is rounded per line, or once at the end when the shop says so.
//! [`calculate`] is pure: prices, rates, coupons and settings go in, [`Totals`] come out.

mod model;
mod rules;
mod rules_binary64;
mod rules_charges;
mod rules_discounts;
mod rules_taxes;
#[cfg(test)]
mod rules_tests;
mod rules_working;

pub use model::{
    ChargeTotals, Coupon, CouponTotals, DiscountKind, Fee, Input, Line, LineTotals, Rate, RateTotals,
    RatesByClass, Settings, Shipping, ShippingTaxClass, TaxStatus, Taxes, Totals,
};
pub use rules::calculate;
