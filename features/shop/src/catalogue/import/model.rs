//! What a row of the file says about a product.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use kernel::decimal::Decimal;
use kernel::time::Moment;

use crate::sheet::Problem;
use crate::totals::TaxStatus;

/// What a product is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProductKind {
    /// Sold as it is.
    #[default]
    Simple,
    /// Sold in variations.
    Variable,
    /// One variation of a variable product.
    Variation,
    /// Several products on one page.
    Grouped,
    /// Sold elsewhere.
    External,
}

/// Who can see a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProductStatus {
    /// Everyone (1).
    #[default]
    Publish,
    /// Only who may edit products (0).
    Private,
    /// Not yet ready (−1).
    Draft,
}

/// Where a product is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// In the shop and in its search.
    #[default]
    Visible,
    /// In the shop only.
    Catalog,
    /// In the search only.
    Search,
    /// Nowhere; its address works.
    Hidden,
}

/// Whether a product can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StockStatus {
    /// In stock.
    #[default]
    InStock,
    /// Out of stock.
    OutOfStock,
    /// Can be ordered for later.
    OnBackorder,
}

/// Whether more can be ordered than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backorders {
    /// No.
    #[default]
    No,
    /// Yes, and the shopper is told.
    Notify,
    /// Yes.
    Yes,
}

/// Names another product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// `id:N`, the id in the file's first column or in the shop.
    Id(i64),
    /// Its SKU.
    Sku(String),
}

impl std::fmt::Display for Reference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => write!(formatter, "id:{id}"),
            Self::Sku(sku) => formatter.write_str(sku),
        }
    }
}

/// When a sale price starts or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleDate {
    /// By the shop's clock.
    Local(DateTime),
    /// A named point in time.
    At(Moment),
}

impl SaleDate {
    /// The point in time in a shop whose clock is in `zone`; an unknown zone counts as UTC.
    #[must_use]
    pub fn moment(self, zone: &str) -> Moment {
        match self {
            Self::At(moment) => moment,
            Self::Local(local) => {
                let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
                let seconds = local.to_zoned(zone).map_or(0, |zoned| zoned.timestamp().as_second());
                Moment::from_unix(seconds)
            }
        }
    }
}

/// One attribute of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, such as `Color`.
    pub name: String,
    /// Its values; a variation has one, or none for any.
    pub values: Vec<String>,
    /// Shown on the product's page.
    pub visible: bool,
    /// Shared by all products, not this one's own.
    pub global: bool,
    /// The value that is chosen to begin with.
    pub default: Option<String>,
}

/// One file that the buyer can download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Its id, when the file names one.
    pub id: Option<String>,
    /// What the buyer reads.
    pub name: String,
    /// Where it lies.
    pub url: String,
}

/// One product of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRow {
    /// Line in the file.
    pub line: u64,
    /// Id in the shop that the file came from.
    pub id: Option<i64>,
    /// What it is.
    pub kind: ProductKind,
    /// Nothing is shipped.
    pub is_virtual: bool,
    /// Files come with it.
    pub is_downloadable: bool,
    /// Stock keeping unit, unique in the shop whatever the case.
    pub sku: Option<String>,
    /// GTIN, UPC, EAN or ISBN.
    pub global_unique_id: Option<String>,
    /// Name; may be empty for a variation.
    pub name: String,
    /// Who can see it.
    pub status: ProductStatus,
    /// Set apart by the merchant.
    pub featured: bool,
    /// Where it is listed.
    pub visibility: Visibility,
    /// A few lines of HTML.
    pub short_description: String,
    /// HTML.
    pub description: String,
    /// From when the sale price counts.
    pub sale_starts: Option<SaleDate>,
    /// Until when the sale price counts.
    pub sale_ends: Option<SaleDate>,
    /// Whether it is taxed.
    pub tax_status: TaxStatus,
    /// Slug of the tax class, empty for the standard one; none is the parent's.
    pub tax_class: Option<String>,
    /// Whether it can be had.
    pub stock_status: StockStatus,
    /// How many there are, when stock is counted.
    pub stock: Option<i64>,
    /// From how many on it counts as low.
    pub low_stock: Option<i64>,
    /// Whether more can be ordered than there is.
    pub backorders: Backorders,
    /// One to an order.
    pub sold_individually: bool,
    /// In the shop's unit of weight.
    pub weight: Option<Decimal>,
    /// In the shop's unit of length.
    pub length: Option<Decimal>,
    /// In the shop's unit of length.
    pub width: Option<Decimal>,
    /// In the shop's unit of length.
    pub height: Option<Decimal>,
    /// Shoppers may review it.
    pub reviews_allowed: bool,
    /// Sent with the order.
    pub purchase_note: String,
    /// Price on sale, in major units.
    pub sale_price: Option<Decimal>,
    /// Price, in major units; without one it cannot be bought.
    pub regular_price: Option<Decimal>,
    /// What it costs the merchant, in major units.
    pub cost_of_goods: Option<Decimal>,
    /// Each from the topmost down.
    pub categories: Vec<Vec<String>>,
    /// Tags.
    pub tags: Vec<String>,
    /// Each from the topmost down.
    pub brands: Vec<Vec<String>>,
    /// Name of the shipping class.
    pub shipping_class: Option<String>,
    /// Addresses or file names; the first is the main one.
    pub images: Vec<String>,
    /// How often each file can be loaded; none is unlimited.
    pub download_limit: Option<i64>,
    /// For how many days; none is unlimited.
    pub download_expiry_days: Option<i64>,
    /// The variable product of a variation.
    pub parent: Option<Reference>,
    /// Products of a grouped one.
    pub grouped: Vec<Reference>,
    /// Offered instead of it.
    pub upsells: Vec<Reference>,
    /// Offered with it in the cart.
    pub cross_sells: Vec<Reference>,
    /// Where an external product is sold.
    pub external_url: String,
    /// What the button of an external product says.
    pub button_text: String,
    /// Place among its like.
    pub position: i64,
    /// Attributes in their order.
    pub attributes: Vec<Attribute>,
    /// Files in their order.
    pub downloads: Vec<Download>,
    /// `Meta: key` columns that are not empty.
    pub meta: Vec<(String, String)>,
}

/// What the shop knows before a file is read.
#[derive(Clone, Copy)]
pub struct ImportSettings<'shop> {
    /// Digits after the point that a price may have.
    pub price_decimals: u32,
    /// Whether the shop already has a product that a row refers to.
    pub has: &'shop dyn Fn(&Reference) -> bool,
}

impl std::fmt::Debug for ImportSettings<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ImportSettings with {} decimals", self.price_decimals)
    }
}

/// What a file of products holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Good rows in the order of the file. A variation may stand before its parent.
    pub products: Vec<ProductRow>,
    /// What was not read, by line.
    pub problems: Vec<Problem>,
    /// The header's cells in lower case: what a file does not name is not changed.
    pub columns: Vec<String>,
}
