//! What a product carries for WooCommerce's clients and the shop itself has no use for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::wire::Meta;

/// Measures in the shop's unit of length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Dimensions {
    /// Length.
    pub length: String,
    /// Width.
    pub width: String,
    /// Height.
    pub height: String,
}

/// A picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Image {
    /// Of its own among the pictures of one product.
    pub id: i64,
    /// Its address.
    pub src: String,
    /// Name.
    pub name: String,
    /// What it shows, for those who cannot see it.
    pub alt: String,
}

/// The value that is chosen to begin with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DefaultAttribute {
    /// Always 0: attributes are known by name.
    pub id: i64,
    /// The attribute.
    pub name: String,
    /// Its value.
    pub option: String,
}

/// A file that comes with a product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Download {
    /// Its id.
    pub id: String,
    /// What the buyer reads.
    pub name: String,
    /// Where it lies.
    pub file: String,
}

/// Kept as it was sent and shown again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// In the shop's unit of weight.
    pub weight: String,
    /// Measures.
    pub dimensions: Dimensions,
    /// Name of the shipping class.
    pub shipping_class: String,
    /// GTIN, UPC, EAN or ISBN.
    pub global_unique_id: String,
    /// Sent with the order.
    pub purchase_note: String,
    /// Shoppers may review it.
    pub reviews_allowed: bool,
    /// From how many on it counts as low.
    pub low_stock_amount: Option<i64>,
    /// Offered instead of it.
    pub upsell_ids: Vec<i64>,
    /// Offered with it in the cart.
    pub cross_sell_ids: Vec<i64>,
    /// Chosen to begin with.
    pub default_attributes: Vec<DefaultAttribute>,
    /// Pictures, the main one first.
    pub images: Vec<Image>,
    /// Files.
    pub downloads: Vec<Download>,
    /// How often each file can be loaded; -1 is unlimited.
    pub download_limit: i64,
    /// For how many days; -1 is unlimited.
    pub download_expiry: i64,
    /// Metadata.
    pub meta: Vec<Meta>,
}

impl Default for Details {
    fn default() -> Self {
        Self {
            weight: String::new(),
            dimensions: Dimensions::default(),
            shipping_class: String::new(),
            global_unique_id: String::new(),
            purchase_note: String::new(),
            reviews_allowed: true,
            low_stock_amount: None,
            upsell_ids: Vec::new(),
            cross_sell_ids: Vec::new(),
            default_attributes: Vec::new(),
            images: Vec::new(),
            downloads: Vec::new(),
            download_limit: -1,
            download_expiry: -1,
            meta: Vec::new(),
        }
    }
}
