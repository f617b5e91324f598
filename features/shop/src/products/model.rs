//! A product row.

use kernel::ids::ProductId;
use kernel::{Decimal, Moment};
use serde::{Deserialize, Serialize};

use super::model_details::Details;
use crate::totals::TaxStatus;

/// An attribute as it is stored with a product. A variation holds one value, or none for any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Name, such as `Color`.
    pub name: String,
    /// Values.
    pub options: Vec<String>,
    /// Shown on the page.
    pub visible: bool,
    /// Chosen by the shopper for a variation; none: when a variation names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variation: Option<bool>,
}

/// A product or a variation.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Row.
    pub id: ProductId,
    /// Parent of a variation, or 0.
    pub parent_id: ProductId,
    /// `simple`, `variable`, `variation`, `grouped`, `external`.
    pub kind: String,
    /// `publish`, `private`, `draft`.
    pub status: String,
    /// `visible`, `catalog`, `search`, `hidden`.
    pub visibility: String,
    /// Name.
    pub name: String,
    /// Slug of its page.
    pub slug: String,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// A few lines.
    pub short_description: String,
    /// Text of its page.
    pub description: String,
    /// Price; without one it cannot be bought.
    pub regular_price: Option<Decimal>,
    /// Price on sale.
    pub sale_price: Option<Decimal>,
    /// Sale from.
    pub sale_from: Option<Moment>,
    /// Sale until.
    pub sale_to: Option<Moment>,
    /// `taxable`, `shipping`, `none`.
    pub tax_status: String,
    /// Slug of the tax class, empty for the standard one.
    pub tax_class: String,
    /// Is stock counted?
    pub manage_stock: bool,
    /// How many there are.
    pub stock_quantity: i64,
    /// `instock`, `outofstock`, `onbackorder`.
    pub stock_status: String,
    /// `no`, `notify`, `yes`.
    pub backorders: String,
    /// One to an order.
    pub sold_individually: bool,
    /// Nothing is shipped.
    pub is_virtual: bool,
    /// Files come with it.
    pub is_downloadable: bool,
    /// Set apart by the merchant.
    pub featured: bool,
    /// Attributes.
    pub attributes: Vec<Attribute>,
    /// Products of a grouped one.
    pub grouped_ids: Vec<i64>,
    /// Where an external product is sold.
    pub external_url: String,
    /// What its button says.
    pub button_text: String,
    /// Place among its like.
    pub position: i64,
    /// Units sold.
    pub total_sales: i64,
    /// Made at.
    pub created_at: Moment,
    /// Changed at.
    pub updated_at: Moment,
    /// What is kept for WooCommerce's clients.
    pub details: Details,
    /// Categories.
    pub category_ids: Vec<i64>,
}

impl Product {
    /// A fresh simple one.
    #[must_use]
    pub fn fresh(now: Moment) -> Self {
        Self {
            id: ProductId(0),
            parent_id: ProductId(0),
            kind: "simple".to_owned(),
            status: "publish".to_owned(),
            visibility: "visible".to_owned(),
            name: String::new(),
            slug: String::new(),
            sku: None,
            short_description: String::new(),
            description: String::new(),
            regular_price: None,
            sale_price: None,
            sale_from: None,
            sale_to: None,
            tax_status: "taxable".to_owned(),
            tax_class: String::new(),
            manage_stock: false,
            stock_quantity: 0,
            stock_status: "instock".to_owned(),
            backorders: "no".to_owned(),
            sold_individually: false,
            is_virtual: false,
            is_downloadable: false,
            featured: false,
            attributes: Vec::new(),
            grouped_ids: Vec::new(),
            external_url: String::new(),
            button_text: String::new(),
            position: 0,
            total_sales: 0,
            created_at: now,
            updated_at: now,
            details: Details::default(),
            category_ids: Vec::new(),
        }
    }

    /// Is it on sale at this moment?
    #[must_use]
    pub fn on_sale(&self, now: Moment) -> bool {
        self.sale_price.is_some_and(|sale| self.regular_price.is_some_and(|regular| sale < regular))
            && self.sale_from.is_none_or(|from| from <= now)
            && self.sale_to.is_none_or(|to| now <= to)
    }

    /// What it costs at this moment.
    #[must_use]
    pub fn price(&self, now: Moment) -> Option<Decimal> {
        if self.on_sale(now) { self.sale_price } else { self.regular_price }
    }

    /// Can it be had at all?
    #[must_use]
    pub fn in_stock(&self) -> bool {
        self.stock_status != "outofstock"
            && (!self.manage_stock || self.stock_quantity > 0 || self.backorders != "no")
    }

    /// Can it be put into a cart now? A variable product cannot, its variations can.
    #[must_use]
    pub fn purchasable(&self, now: Moment) -> bool {
        self.status == "publish"
            && matches!(self.kind.as_str(), "simple" | "variation")
            && self.price(now).is_some()
            && self.in_stock()
    }

    /// For the totals.
    #[must_use]
    pub fn taxed(&self) -> TaxStatus {
        match self.tax_status.as_str() {
            "none" => TaxStatus::None,
            "shipping" => TaxStatus::Shipping,
            _ => TaxStatus::Taxable,
        }
    }

    /// Whether a shopper chooses a value of the attribute: said so, or a variation names it.
    #[must_use]
    pub fn varies(attribute: &Attribute, variations: &[Self]) -> bool {
        let named = |variation: &Self| variation.attributes.iter().any(|own| own.name == attribute.name);
        attribute.variation == Some(true) || variations.iter().any(named)
    }

    /// Whether it can be had: of a variable product whether one of its variations can.
    #[must_use]
    pub fn shown_stock_status(&self, variations: &[Self]) -> &str {
        if self.kind != "variable" {
            return &self.stock_status;
        }
        let one_is = |status: &str| {
            variations
                .iter()
                .any(|variation| variation.status == "publish" && variation.stock_status == status)
        };
        ["instock", "onbackorder"].into_iter().find(|status| one_is(status)).unwrap_or("outofstock")
    }

    /// What tells a variation from its like: `Blue, Large`.
    #[must_use]
    pub fn variation_label(&self) -> String {
        let chosen = self.attributes.iter().filter_map(|attribute| attribute.options.first());
        chosen.map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// A category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Category {
    /// Row.
    pub id: i64,
    /// Parent, or 0.
    pub parent: i64,
    /// Name.
    pub name: String,
    /// Slug.
    pub slug: String,
    /// Published products in it.
    pub count: i64,
}
