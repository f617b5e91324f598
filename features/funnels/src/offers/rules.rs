//! Prices and targeting, pure. Every price is computed here, on the server; what a browser sends is never a price.

use kernel::contracts::shop::{CartSnapshot, OrderSnapshot, ProductSnapshot};
use kernel::decimal::{Rounding, SCALE};
use kernel::ids::ProductId;
use kernel::{Currency, Decimal, Fault};

use super::model::{Basis, Offer, OfferType, PricingRule, TargetingRules};

/// One hundred percent, in hundred-millionths of a percent.
const WHOLE: i128 = 100 * 10_i128.pow(SCALE);

/// What a cart or an order shows to the rules.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Currency of the amounts.
    pub currency: Currency,
    /// What is paid in all.
    pub total: Decimal,
    /// Lines as shown, without those of offers: what a percentage of the cart is taken of.
    pub subtotal: Decimal,
    /// Products and variations in it.
    pub products: Vec<ProductId>,
    /// Categories in it.
    pub categories: Vec<i64>,
}

impl Surroundings {
    /// Of a cart. Lines that offers put there do not count: an offer must not be the reason for another.
    #[must_use]
    pub fn of_cart(cart: &CartSnapshot) -> Self {
        let own = || cart.lines.iter().filter(|line| line.offer_id.is_none());
        let offered: Decimal = cart
            .lines
            .iter()
            .filter(|line| line.offer_id.is_some())
            .map(|line| line.total + line.total_tax)
            .sum();
        Self {
            currency: cart.currency,
            total: Decimal::from(cart.total) - offered,
            subtotal: own().map(|line| line.unit_price.times(line.quantity)).sum(),
            products: own().flat_map(|line| [line.product_id, line.variation_id]).collect(),
            categories: own().flat_map(|line| line.category_ids.iter().copied()).collect(),
        }
    }

    /// Of an order.
    #[must_use]
    pub fn of_order(order: &OrderSnapshot) -> Self {
        Self {
            currency: order.currency,
            total: Decimal::from(order.total),
            subtotal: order.lines.iter().map(|line| line.subtotal).sum(),
            products: order.lines.iter().flat_map(|line| [line.product_id, line.variation_id]).collect(),
            categories: order.lines.iter().flat_map(|line| line.category_ids.iter().copied()).collect(),
        }
    }
}

/// Price of one, rounded half up once to the currency's digits, never below nothing. The product's own price is taken
/// as it is, sub-cent digits and all.
#[must_use]
pub fn unit_price(rule: &PricingRule, product: &ProductSnapshot, around: &Surroundings) -> Decimal {
    let of_product = |basis: &Basis| match basis {
        Basis::Current => product.price,
        Basis::Regular => product.regular_price,
    };
    let digits = around.currency.exponent();
    let price = match rule {
        PricingRule::ListPrice {} => return product.price,
        PricingRule::FixedAddon { amount } | PricingRule::FixedPrice { amount } => amount.decimal(),
        PricingRule::FreeGift { .. } => Decimal::ZERO,
        PricingRule::PercentAddon { value } => {
            around.subtotal.ratio(value.decimal().raw(), WHOLE, Rounding::HalfUp)
        }
        PricingRule::DiscountPct { value, basis } => {
            of_product(basis).ratio(WHOLE - value.decimal().raw(), WHOLE, Rounding::HalfUp)
        }
        PricingRule::AmountOff { amount, basis } => of_product(basis) - amount.decimal(),
    };
    price.round(digits, Rounding::HalfUp).max(Decimal::ZERO)
}

/// Is the offer (or the funnel) for this cart or order?
#[must_use]
pub fn targets(rules: &TargetingRules, around: &Surroundings) -> bool {
    rules.cart_min_total.is_none_or(|least| around.total >= least.decimal())
        && (rules.product_in_cart.is_empty()
            || rules.product_in_cart.iter().any(|id| around.products.contains(id)))
        && (rules.category_in_cart.is_empty()
            || rules.category_in_cart.iter().any(|id| around.categories.contains(id)))
}

/// May the offer be made here at all: active, for this shopper, and the product can be bought?
#[must_use]
pub fn is_eligible(offer: &Offer, product: &ProductSnapshot, around: &Surroundings) -> bool {
    let already = around.products.contains(&product.id)
        || (offer.product_id.0 > 0 && around.products.contains(&offer.product_id));
    offer.is_active()
        && product.purchasable
        && !(product.sold_individually && already)
        && targets(&offer.targeting_rules, around)
}

/// Checks a rule for a kind of offer; the fault names the field.
pub fn check_pricing(kind: OfferType, rule: &PricingRule, currency: Currency) -> Result<(), Fault> {
    let bump_only = matches!(
        rule,
        PricingRule::FixedAddon { .. } | PricingRule::PercentAddon { .. } | PricingRule::FreeGift { .. }
    );
    if bump_only && kind != OfferType::Bump {
        return Err(Fault::invalid(
            "pricing_rule.type",
            "This shape is for bumps. Use discount_pct, amount_off, fixed_price or list_price.",
        ));
    }
    match rule {
        PricingRule::FixedAddon { amount }
        | PricingRule::FixedPrice { amount }
        | PricingRule::AmountOff { amount, .. } => {
            let money = amount.in_currency("pricing_rule.amount", currency)?;
            if money.minor() <= 0 {
                return Err(Fault::invalid("pricing_rule.amount", "Use an amount above zero."));
            }
        }
        PricingRule::PercentAddon { value } | PricingRule::DiscountPct { value, .. } => {
            if value.decimal() <= Decimal::ZERO || value.decimal() > Decimal::whole(100) {
                return Err(Fault::invalid(
                    "pricing_rule.value",
                    "Use a percentage above 0 and at most 100.",
                ));
            }
        }
        PricingRule::FreeGift { product_id } => {
            if product_id.is_some_and(|gift| gift.0 <= 0) {
                return Err(Fault::invalid("pricing_rule.product_id", "Use the id of a product."));
            }
        }
        PricingRule::ListPrice {} => {}
    }
    Ok(())
}

/// Checks targeting rules; `field` is where they stand, such as `targeting_rules`.
pub fn check_targeting(field: &str, rules: &TargetingRules, currency: Currency) -> Result<(), Fault> {
    if let Some(least) = rules.cart_min_total {
        let name = format!("{field}.cart_min_total");
        if least.in_currency(&name, currency)?.minor() < 0 {
            return Err(Fault::invalid(name, "Use an amount of zero or more."));
        }
    }
    let lists = [
        ("product_in_cart", rules.product_in_cart.iter().map(|id| id.0).collect::<Vec<_>>()),
        ("category_in_cart", rules.category_in_cart.clone()),
    ];
    for (name, ids) in lists {
        if ids.len() > 200 || ids.iter().any(|id| *id <= 0) {
            return Err(Fault::invalid(format!("{field}.{name}"), "Use at most 200 positive ids."));
        }
    }
    Ok(())
}

/// A price rule for people: `50% off`, `$24.00`.
#[must_use]
pub fn price_text(rule: &PricingRule, currency: Currency) -> String {
    let shown = |amount: &kernel::Amount| {
        amount
            .decimal()
            .to_money(currency)
            .map_or_else(|_| amount.decimal().to_string(), kernel::Money::display)
    };
    match rule {
        PricingRule::FixedAddon { amount } | PricingRule::FixedPrice { amount } => shown(amount),
        PricingRule::PercentAddon { value } => format!("{}% of the cart", value.decimal()),
        PricingRule::FreeGift { .. } => "Free".to_owned(),
        PricingRule::DiscountPct { value, basis: Basis::Current } => format!("{}% off", value.decimal()),
        PricingRule::DiscountPct { value, basis: Basis::Regular } => {
            format!("{}% off the regular price", value.decimal())
        }
        PricingRule::AmountOff { amount, .. } => format!("{} off", shown(amount)),
        PricingRule::ListPrice {} => "Usual price".to_owned(),
    }
}
