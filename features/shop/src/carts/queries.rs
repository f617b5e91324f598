//! Pricing a cart.

use std::collections::BTreeMap;

use kernel::contracts::shop::{Address, CartLine, CartSnapshot};
use kernel::ids::ProductId;
use kernel::{Decimal, Fault, Money};
use runtime::settings::shop as setting;
use runtime::{Settings, Tx};

use super::model::{CartDocument, PricedCart, PricedLine, StoredCart, StoredLine};
use super::{rules, store};
use crate::coupons::{self, Basket, BasketLine, Coupon, CouponCustomer, CustomerUse};
use crate::products::model::Product;
use crate::products::{queries as products, store as product_store};
use crate::taxes::{self, Place, TaxRate};
use crate::totals::{self, Input, Line, Shipping, ShippingTaxClass, Totals};

/// A cart by its token.
pub fn find(tx: &mut Tx, token: &str) -> Result<Option<StoredCart>, Fault> {
    store::find(tx, token)
}

/// What a calculation needs of the shop's own data.
pub(crate) struct ShopRules {
    pub(crate) settings: Settings,
    pub(crate) currency: kernel::Currency,
    pub(crate) rates: Vec<TaxRate>,
    pub(crate) classes: Vec<String>,
}

impl ShopRules {
    pub(crate) fn load(tx: &mut Tx) -> Result<Self, Fault> {
        let settings = Settings::load(tx, setting::OPTION)?;
        let currency = setting::currency_of(&settings);
        let rates = taxes::store::all(tx)?;
        let mut classes: Vec<String> = taxes::store::classes(tx)?.into_iter().map(|(_, slug)| slug).collect();
        if classes.is_empty() {
            classes = vec!["reduced-rate".to_owned(), "zero-rate".to_owned()];
        }
        Ok(Self { settings, currency, rates, classes })
    }

    pub(crate) fn prices_include_tax(&self) -> bool {
        self.settings.boolean(&setting::TAX_PRICES_INCLUDE_TAX)
    }

    fn base(&self) -> Place {
        Place {
            country: self.settings.text(&setting::GENERAL_COUNTRY),
            state: self.settings.text(&setting::GENERAL_STATE),
            postcode: self.settings.text(&setting::GENERAL_POSTCODE),
            city: self.settings.text(&setting::GENERAL_CITY),
        }
    }

    /// Where the taxes of an order to these addresses are.
    pub(crate) fn place(&self, billing: &Address, shipping: &Address) -> Place {
        let chosen = match self.settings.text(&setting::TAX_BASED_ON).as_str() {
            "base" => None,
            "billing" => Some(billing),
            _ if rules::is_known(shipping) => Some(shipping),
            _ => Some(billing),
        };
        chosen.filter(|address| rules::is_known(address)).map_or_else(|| self.base(), rules::place)
    }

    fn totals_settings(&self) -> totals::Settings {
        let class = self.settings.text(&setting::TAX_SHIPPING_CLASS);
        totals::Settings {
            taxes_enabled: self.settings.boolean(&setting::TAX_ENABLED),
            prices_include_tax: self.prices_include_tax(),
            round_at_subtotal: self.settings.boolean(&setting::TAX_ROUND_AT_SUBTOTAL),
            sequential_discounts: self.settings.boolean(&setting::COUPONS_SEQUENTIAL),
            adjust_for_destination: self.settings.boolean(&setting::TAX_ADJUST_NON_BASE),
            shipping_tax_class: if class == "inherit" {
                ShippingTaxClass::Inherit
            } else {
                ShippingTaxClass::Class(taxes::class_slug(&class))
            },
            tax_classes: self.classes.clone(),
            ..totals::Settings::standard(self.currency.exponent())
        }
    }

    /// Lines sold to a place, to be calculated: the rates that hold there are looked for once.
    pub(crate) fn sale(&self, place: &Place, lines: Vec<Line>) -> Input {
        Input {
            settings: self.totals_settings(),
            rates: taxes::rates_by_class(&self.rates, place),
            base_rates: taxes::rates_by_class(&self.rates, &self.base()),
            lines,
            coupons: Vec::new(),
            shipping: Vec::new(),
            fees: Vec::new(),
        }
    }

    pub(crate) fn rate_names(&self, totals: &Totals) -> Vec<(i64, String)> {
        let name = |id: i64| {
            self.rates.iter().find(|rate| rate.id == id).map_or_else(String::new, |rate| rate.name.clone())
        };
        totals.rates.iter().map(|rate| (rate.rate_id, name(rate.rate_id))).collect()
    }
}

/// The cart with what it costs now. Lines that can no longer be bought and coupons that no longer hold are left out and
/// named in `removed`.
pub fn price(tx: &mut Tx, cart: &StoredCart) -> Result<PricedCart, Fault> {
    price_document(tx, &cart.token, &cart.document, false)
}

/// As [`price`]; at checkout the coupons' addresses are checked for good.
pub(crate) fn price_document(
    tx: &mut Tx,
    token: &str,
    document: &CartDocument,
    at_checkout: bool,
) -> Result<PricedCart, Fault> {
    let shop = ShopRules::load(tx)?;
    let mut removed = Vec::new();
    let found = found_lines(tx, document, &mut removed)?;
    let shipping = if rules::is_known(&document.shipping) {
        document.shipping.clone()
    } else {
        document.billing.clone()
    };
    let place = shop.place(&document.billing, &shipping);
    let mut sale = shop.sale(&place, found.iter().map(FoundLine::for_totals).collect());
    let plain = totals::calculate(&sale)?;
    // Only coupons ask what categories a line is in.
    let categories =
        if document.coupons.is_empty() { BTreeMap::new() } else { product_store::category_tree(tx)? };
    let basket_lines = basket_lines(&categories, &found);
    let subtotal =
        if shop.prices_include_tax() { plain.subtotal + plain.subtotal_tax } else { plain.subtotal };
    let basket = Basket {
        lines: basket_lines,
        subtotal,
        currency: shop.currency,
        now: tx.now(),
        held: 0,
        customer: None,
        emails: vec![document.billing.email.clone()],
        at_checkout,
    };
    let (coupons, removed_coupons) = valid_coupons(tx, document, &basket)?;
    removed.extend(removed_coupons.iter().map(|(_, sentence)| sentence.clone()));
    sale.coupons = coupons.iter().map(|coupon| coupons::for_totals(coupon, &basket.lines)).collect();
    let needs_shipping = found.iter().any(|line| !line.product.is_virtual);
    let mut totals = if sale.coupons.is_empty() { plain } else { totals::calculate(&sale)? };
    if needs_shipping {
        let free = coupons.iter().any(|coupon| coupon.free_shipping);
        let cost = shipping_cost(&shop, &totals, free);
        let package = Shipping { key: "flat_rate".to_owned(), cost, taxable: true };
        sale.shipping = vec![package];
        totals = totals::calculate(&sale)?;
    }
    let priced: Vec<PricedLine> =
        found.into_iter().zip(totals.lines.clone()).map(|(line, totals)| line.priced(totals)).collect();
    let hashed: Vec<(StoredLine, Decimal)> =
        priced.iter().map(|line| (line.line.clone(), line.unit_price)).collect();
    let codes: Vec<String> = coupons.iter().map(|coupon| coupon.code.clone()).collect();
    Ok(PricedCart {
        token: token.to_owned(),
        customer_id: document.customer(),
        hash: rules::content_hash(document.orders, &hashed, &codes, &totals),
        lines: priced,
        coupons,
        removed,
        removed_coupons,
        notices: document.notices.clone(),
        currency: shop.currency,
        rate_names: shop.rate_names(&totals),
        totals,
        needs_shipping,
        shipping_title: shop.settings.text(&setting::SHIPPING_TITLE),
        billing: document.billing.clone(),
        shipping,
        prices_include_tax: shop.prices_include_tax(),
    })
}

fn shipping_cost(shop: &ShopRules, totals: &Totals, free: bool) -> Decimal {
    let from = shop.settings.decimal(&setting::SHIPPING_FREE_FROM);
    let shown = if shop.prices_include_tax() { totals.items + totals.items_tax } else { totals.items };
    if free || (from > Decimal::ZERO && shown >= from) {
        Decimal::ZERO
    } else {
        shop.settings.decimal(&setting::SHIPPING_COST)
    }
}

struct FoundLine {
    line: StoredLine,
    product: Product,
    name: String,
    slug: String,
    product_type: String,
    unit_price: Decimal,
    on_sale: bool,
}

impl FoundLine {
    fn for_totals(&self) -> Line {
        Line {
            key: self.line.key.clone(),
            unit_price: self.unit_price,
            quantity: u32::try_from(self.line.quantity).unwrap_or(u32::MAX),
            tax_class: self.product.tax_class.clone(),
            tax_status: self.product.taxed(),
        }
    }

    fn priced(self, totals: totals::LineTotals) -> PricedLine {
        PricedLine {
            line: self.line,
            product: self.product,
            name: self.name,
            slug: self.slug,
            product_type: self.product_type,
            unit_price: self.unit_price,
            totals,
        }
    }
}

fn found_lines(
    tx: &mut Tx,
    document: &CartDocument,
    removed: &mut Vec<String>,
) -> Result<Vec<FoundLine>, Fault> {
    let now = tx.now();
    let mut found = Vec::new();
    for line in &document.lines {
        let Some(product) = product_store::by_id(tx, line.sold_id())? else {
            removed.push("A product in your cart is no longer for sale and was taken out.".to_owned());
            continue;
        };
        let parent = match product.parent_id {
            ProductId(0) => None,
            parent => product_store::by_id(tx, parent)?,
        };
        let name = products::name_of(&product, parent.as_ref(), &line.variation);
        let listed = parent.as_ref().is_none_or(|parent| parent.status == "publish");
        let price = line.offer_price.or_else(|| product.price(now));
        let Some(unit_price) = price.filter(|_| listed && product.status == "publish") else {
            removed.push(format!("“{name}” is no longer for sale and was taken out of your cart."));
            continue;
        };
        found.push(FoundLine {
            line: line.clone(),
            slug: parent.as_ref().map_or_else(|| product.slug.clone(), |parent| parent.slug.clone()),
            product_type: parent.as_ref().map_or_else(|| product.kind.clone(), |parent| parent.kind.clone()),
            on_sale: line.offer_price.is_some() || product.on_sale(now),
            name,
            unit_price,
            product,
        });
    }
    // An offer goes with something that is bought; a gift is never all there is.
    if found.iter().all(|line| line.line.offer_id.is_some()) {
        removed.extend(found.drain(..).map(|line| {
            format!("“{}” was an offer to go with your order and was taken out with it.", line.name)
        }));
    }
    Ok(found)
}

fn basket_lines(categories: &BTreeMap<i64, (i64, String)>, lines: &[FoundLine]) -> Vec<BasketLine> {
    let with_ancestors = |ids: &[i64]| {
        let mut all: Vec<(i64, String)> = Vec::new();
        for id in ids {
            let mut next = *id;
            while let Some((parent, name)) = categories.get(&next) {
                if all.iter().any(|(known, _)| *known == next) {
                    break;
                }
                all.push((next, name.clone()));
                next = *parent;
            }
        }
        all
    };
    lines
        .iter()
        .map(|line| BasketLine {
            key: line.line.key.clone(),
            product_id: line.line.sold_id().0,
            parent_id: (line.line.variation_id.0 > 0).then_some(line.line.product_id.0),
            name: line.name.clone(),
            categories: with_ancestors(&line.product.category_ids),
            on_sale: line.on_sale,
        })
        .collect()
}

/// Coupons that do not hold: code and why.
type Removed = Vec<(String, String)>;

fn valid_coupons(
    tx: &mut Tx,
    document: &CartDocument,
    basket: &Basket,
) -> Result<(Vec<Coupon>, Removed), Fault> {
    let (mut valid, mut removed) = (Vec::new(), Vec::new());
    for code in &document.coupons {
        let mut coupon = coupons::store::by_code(tx, code)?.map(|stored| stored.coupon);
        if let Some(coupon) = &mut coupon
            && document.open_order > 0
            && coupons::store::is_held_by(tx, coupon.id, document.own())?
        {
            coupon.usage_count = coupon.usage_count.saturating_sub(1);
        }
        let customer = customer_use(tx, document, coupon.as_ref())?;
        let basket = Basket { customer, ..basket.clone() };
        match (coupons::check(code, coupon.as_ref(), &basket, false), coupon) {
            (Ok(()), Some(coupon)) => valid.push(coupon),
            // Before checkout the address is not known yet: the coupon stays until it is.
            (Err(coupons::Refusal::NotYours { at_checkout: false }), Some(coupon))
                if document.billing.email.is_empty() =>
            {
                valid.push(coupon);
            }
            (Err(refusal), _) => removed.push((code.clone(), refusal.message(code))),
            (Ok(()), None) => {}
        }
    }
    Ok((valid, removed))
}

fn customer_use(
    tx: &mut Tx,
    document: &CartDocument,
    coupon: Option<&Coupon>,
) -> Result<Option<CustomerUse>, Fault> {
    let Some(coupon) = coupon else { return Ok(None) };
    let customer = coupon_customer(document);
    if customer.is_nobody() {
        return Ok(None);
    }
    let uses = coupons::store::uses(tx, coupon.id, &customer, document.own())?;
    let uses = u32::try_from(uses).unwrap_or(u32::MAX);
    Ok(Some(CustomerUse { uses, held: 0, has_unfinished_order: false }))
}

/// Whose uses of a coupon are counted: the account's and the address's.
pub(crate) fn coupon_customer(document: &CartDocument) -> CouponCustomer {
    CouponCustomer::of(document.customer(), &document.billing.email)
}

/// The cart as other features see it.
pub fn snapshot(cart: &PricedCart) -> Result<CartSnapshot, Fault> {
    let money = |amount: Decimal| -> Result<Money, Fault> { amount.to_money(cart.currency) };
    Ok(CartSnapshot {
        token: cart.token.clone(),
        customer_id: cart.customer_id,
        lines: cart.lines.iter().map(cart_line).collect(),
        coupon_codes: cart.coupons.iter().map(|coupon| coupon.code.clone()).collect(),
        currency: cart.currency,
        subtotal: money(cart.totals.subtotal)?,
        discount_total: money(cart.totals.discount)?,
        shipping_total: money(cart.totals.shipping)?,
        total_tax: money(cart.totals.total_tax)?,
        total: money(cart.totals.total)?,
        item_count: cart.item_count(),
        needs_shipping: cart.needs_shipping,
        hash: cart.hash.clone(),
        notices: cart.told(),
    })
}

fn cart_line(line: &PricedLine) -> CartLine {
    CartLine {
        key: line.line.key.clone(),
        product_id: line.line.product_id,
        variation_id: line.line.variation_id,
        quantity: line.line.quantity,
        variation: line.line.variation.clone(),
        name: line.name.clone(),
        sku: line.product.sku.clone().unwrap_or_default(),
        unit_price: line.unit_price,
        subtotal: line.totals.subtotal,
        total: line.totals.total,
        total_tax: line.totals.tax,
        image: String::new(),
        permalink: format!("/product/{}", line.slug),
        category_ids: line.product.category_ids.clone(),
        product_type: line.product_type.clone(),
        offer_id: line.line.offer_id,
    }
}

/// Slug of the page a product is sold on, when everyone may see it.
pub(crate) fn product_slug(tx: &mut Tx, id: ProductId) -> Result<Option<String>, Fault> {
    Ok(product_store::by_id(tx, id)?
        .filter(|product| product.status == "publish")
        .map(|product| product.slug))
}
