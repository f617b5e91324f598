//! A cart as `wc/store/v1` shows it.

use kernel::contracts::shop::Address;
use kernel::ids::ProductId;
use kernel::{Currency, Decimal, Fault};
use runtime::Tx;
use runtime::engine::Surroundings;
use runtime::settings::shop as setting;
use schemars::JsonSchema;
use serde::Serialize;

use super::model::{PricedCart, PricedLine};
use crate::coupons;
use crate::products::rest_store::StoreImage;
use crate::store_money::{CurrencyLook, minor};

#[derive(Debug, Serialize, JsonSchema)]
struct QuantityLimits {
    minimum: i64,
    maximum: i64,
    multiple_of: i64,
    editable: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Choice {
    attribute: String,
    value: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ItemPrices {
    price: String,
    regular_price: String,
    sale_price: String,
    #[serde(flatten)]
    look: CurrencyLook,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ItemTotals {
    line_subtotal: String,
    line_subtotal_tax: String,
    line_total: String,
    line_total_tax: String,
    #[serde(flatten)]
    look: CurrencyLook,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CartItem {
    key: String,
    id: ProductId,
    #[serde(rename = "type")]
    kind: String,
    quantity: i64,
    quantity_limits: QuantityLimits,
    name: String,
    short_description: String,
    description: String,
    sku: String,
    backorders_allowed: bool,
    sold_individually: bool,
    permalink: String,
    images: Vec<StoreImage>,
    variation: Vec<Choice>,
    prices: ItemPrices,
    totals: ItemTotals,
    catalog_visibility: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CouponTotals {
    total_discount: String,
    total_discount_tax: String,
    #[serde(flatten)]
    look: CurrencyLook,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CartCoupon {
    code: String,
    discount_type: String,
    totals: CouponTotals,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TaxLine {
    name: String,
    price: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CartTotals {
    total_items: String,
    total_items_tax: String,
    total_fees: String,
    total_fees_tax: String,
    total_discount: String,
    total_discount_tax: String,
    total_shipping: String,
    total_shipping_tax: String,
    total_price: String,
    total_tax: String,
    tax_lines: Vec<TaxLine>,
    #[serde(flatten)]
    look: CurrencyLook,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ShippingRate {
    rate_id: String,
    name: String,
    price: String,
    taxes: String,
    method_id: String,
    selected: bool,
    #[serde(flatten)]
    look: CurrencyLook,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ShippingPackage {
    package_id: i64,
    name: String,
    shipping_rates: Vec<ShippingRate>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CartError {
    code: String,
    message: String,
}

/// The cart.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CartReply {
    items: Vec<CartItem>,
    coupons: Vec<CartCoupon>,
    fees: Vec<String>,
    totals: CartTotals,
    shipping_address: Address,
    billing_address: Address,
    needs_payment: bool,
    needs_shipping: bool,
    shipping_rates: Vec<ShippingPackage>,
    items_count: i64,
    errors: Vec<CartError>,
    payment_methods: Vec<String>,
}

impl CartReply {
    /// No cart yet.
    pub(crate) fn empty(tx: &mut Tx) -> Result<Self, Fault> {
        let currency = setting::currency(tx)?;
        let zero = || "0".to_owned();
        Ok(Self {
            items: Vec::new(),
            coupons: Vec::new(),
            fees: Vec::new(),
            totals: CartTotals {
                total_items: zero(),
                total_items_tax: zero(),
                total_fees: zero(),
                total_fees_tax: zero(),
                total_discount: zero(),
                total_discount_tax: zero(),
                total_shipping: zero(),
                total_shipping_tax: zero(),
                total_price: zero(),
                total_tax: zero(),
                tax_lines: Vec::new(),
                look: CurrencyLook::of(currency),
            },
            shipping_address: Address::default(),
            billing_address: Address::default(),
            needs_payment: false,
            needs_shipping: false,
            shipping_rates: Vec::new(),
            items_count: 0,
            errors: Vec::new(),
            payment_methods: Vec::new(),
        })
    }

    /// Of a priced cart.
    pub(crate) fn of(tx: &mut Tx, cart: &PricedCart) -> Result<Self, Fault> {
        let base = tx.public_url().to_owned();
        let items = cart
            .lines
            .iter()
            .map(|line| item(line, cart.currency, &base))
            .collect::<Result<Vec<_>, Fault>>()?;
        Ok(Self {
            items,
            coupons: coupons(cart)?,
            fees: Vec::new(),
            totals: totals(cart)?,
            shipping_address: cart.shipping.clone(),
            billing_address: cart.billing.clone(),
            needs_payment: cart.totals.total > Decimal::ZERO,
            needs_shipping: cart.needs_shipping,
            shipping_rates: shipping(cart)?,
            items_count: cart.item_count(),
            errors: cart
                .told()
                .into_iter()
                .map(|message| CartError { code: "woocommerce_rest_cart_item_error".to_owned(), message })
                .collect(),
            payment_methods: Vec::new(),
        })
    }
}

fn item(line: &PricedLine, currency: Currency, base: &str) -> Result<CartItem, Fault> {
    let product = &line.product;
    let mut variation: Vec<Choice> = if line.line.variation_id.0 > 0 {
        product
            .attributes
            .iter()
            .filter_map(|attribute| {
                let value = attribute.options.first()?.clone();
                Some(Choice { attribute: attribute.name.clone(), value })
            })
            .collect()
    } else {
        Vec::new()
    };
    variation.extend(
        line.line
            .variation
            .iter()
            .map(|(name, value)| Choice { attribute: name.clone(), value: value.clone() }),
    );
    let fixed = line.line.offer_id.is_some() || product.sold_individually;
    Ok(CartItem {
        key: line.line.key.clone(),
        id: line.line.sold_id(),
        kind: product.kind.clone(),
        quantity: line.line.quantity,
        quantity_limits: QuantityLimits {
            minimum: 1,
            maximum: if fixed { line.line.quantity } else { super::rules::MOST_UNITS },
            multiple_of: 1,
            editable: !fixed,
        },
        name: line.name.clone(),
        short_description: product.short_description.clone(),
        description: product.description.clone(),
        sku: product.sku.clone().unwrap_or_default(),
        backorders_allowed: product.backorders != "no",
        sold_individually: product.sold_individually,
        permalink: format!("{base}/product/{}", line.slug),
        images: Vec::new(),
        variation,
        prices: ItemPrices {
            price: minor(line.unit_price, currency)?,
            regular_price: minor(product.regular_price.unwrap_or(line.unit_price), currency)?,
            sale_price: minor(line.unit_price, currency)?,
            look: CurrencyLook::of(currency),
        },
        totals: ItemTotals {
            line_subtotal: minor(line.totals.subtotal, currency)?,
            line_subtotal_tax: minor(line.totals.subtotal_tax, currency)?,
            line_total: minor(line.totals.total, currency)?,
            line_total_tax: minor(line.totals.tax, currency)?,
            look: CurrencyLook::of(currency),
        },
        catalog_visibility: product.visibility.clone(),
    })
}

fn coupons(cart: &PricedCart) -> Result<Vec<CartCoupon>, Fault> {
    let kind = |code: &str| {
        let coupon = cart.coupons.iter().find(|coupon| coupon.code == code);
        coupon.map_or("fixed_cart", |coupon| coupons::store::kind_word(coupon.kind)).to_owned()
    };
    cart.totals
        .coupons
        .iter()
        .map(|coupon| {
            Ok(CartCoupon {
                discount_type: kind(&coupon.code),
                code: coupon.code.clone(),
                totals: CouponTotals {
                    total_discount: minor(coupon.discount, cart.currency)?,
                    total_discount_tax: minor(coupon.discount_tax, cart.currency)?,
                    look: CurrencyLook::of(cart.currency),
                },
            })
        })
        .collect()
}

fn totals(cart: &PricedCart) -> Result<CartTotals, Fault> {
    let text = |amount: Decimal| minor(amount, cart.currency);
    let totals = &cart.totals;
    let name = |id: i64| {
        cart.rate_names.iter().find(|(rate, _)| *rate == id).map_or("Tax", |(_, name)| name.as_str())
    };
    let mut tax_lines = Vec::new();
    for rate in &totals.rates {
        tax_lines.push(TaxLine {
            name: name(rate.rate_id).to_owned(),
            price: text(rate.tax + rate.shipping_tax)?,
        });
    }
    Ok(CartTotals {
        total_items: text(totals.subtotal)?,
        total_items_tax: text(totals.subtotal_tax)?,
        total_fees: text(totals.fees)?,
        total_fees_tax: text(totals.fees_tax)?,
        total_discount: text(totals.discount)?,
        total_discount_tax: text(totals.discount_tax)?,
        total_shipping: text(totals.shipping)?,
        total_shipping_tax: text(totals.shipping_tax)?,
        total_price: text(totals.total)?,
        total_tax: text(totals.total_tax)?,
        tax_lines,
        look: CurrencyLook::of(cart.currency),
    })
}

fn shipping(cart: &PricedCart) -> Result<Vec<ShippingPackage>, Fault> {
    if !cart.needs_shipping {
        return Ok(Vec::new());
    }
    let rate = ShippingRate {
        rate_id: "flat_rate:1".to_owned(),
        name: cart.shipping_title.clone(),
        price: minor(cart.totals.shipping, cart.currency)?,
        taxes: minor(cart.totals.shipping_tax, cart.currency)?,
        method_id: "flat_rate".to_owned(),
        selected: true,
        look: CurrencyLook::of(cart.currency),
    };
    Ok(vec![ShippingPackage { package_id: 0, name: "Shipment 1".to_owned(), shipping_rates: vec![rate] }])
}
