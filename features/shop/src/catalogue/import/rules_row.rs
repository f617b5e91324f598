//! From one row's cells to a product.

use kernel::decimal::Decimal;

use super::model::{
    Attribute, Backorders, Download, ImportSettings, ProductKind, ProductRow, Reference, StockStatus,
};
use super::rules_cells as cells;
use crate::sheet::{self, Problem, Row, Sheet};
use crate::taxes::class_slug;

/// A count of things may not be larger.
const LARGEST_COUNT: i64 = 1_000_000_000;

/// Reads one row. Every cell that does not read gives a problem; then there is no product.
pub(super) fn product(
    sheet: &Sheet,
    row: &Row,
    settings: ImportSettings<'_>,
) -> Result<Box<ProductRow>, Vec<Problem>> {
    let mut reading = Reading { sheet, row, problems: Vec::new() };
    let product = reading.product(settings);
    if reading.problems.is_empty() { Ok(Box::new(product)) } else { Err(reading.problems) }
}

/// A column that is numbered, or whose unit stands in brackets.
pub(super) fn is_family(column: &str) -> bool {
    let lower = column.to_ascii_lowercase();
    let measured = ["weight (", "length (", "width (", "height ("];
    let numbered = |family: &str, members: &[&str]| {
        lower
            .strip_prefix(family)
            .and_then(|rest| rest.split_once(' '))
            .is_some_and(|(number, member)| number.parse::<u32>().is_ok() && members.contains(&member))
    };
    measured.iter().any(|start| lower.starts_with(start))
        || lower.starts_with("meta:")
        || numbered("attribute ", &["name", "value(s)", "visible", "global", "default"])
        || numbered("download ", &["id", "name", "url"])
}

struct Reading<'sheet> {
    sheet: &'sheet Sheet,
    row: &'sheet Row,
    problems: Vec<Problem>,
}

impl<'sheet> Reading<'sheet> {
    fn product(&mut self, settings: ImportSettings<'_>) -> ProductRow {
        let (kind, is_virtual, is_downloadable) = self.read("Type", cells::kind);
        let price = |text: &str| cells::price(text, settings.price_decimals);
        let parent = self.cell("Parent");
        let product = ProductRow {
            line: self.row.line,
            id: self.read("ID", |text| sheet::whole_number(text, 1, i64::MAX)),
            kind,
            is_virtual,
            is_downloadable,
            sku: self.optional_line("SKU", 100),
            global_unique_id: self.optional_line("GTIN, UPC, EAN, or ISBN", 100),
            name: self.line("Name", 255),
            status: self.read("Published", cells::status),
            featured: self.flag("Is featured?", false),
            visibility: self.read("Visibility in catalog", cells::visibility),
            short_description: self.text("Short description"),
            description: self.text("Description"),
            sale_starts: self.read("Date sale price starts", |text| cells::sale_date(text, false)),
            sale_ends: self.read("Date sale price ends", |text| cells::sale_date(text, true)),
            tax_status: self.read("Tax status", cells::tax_status),
            tax_class: self.tax_class(kind),
            stock_status: self.stock_status(),
            stock: self.stock(kind),
            low_stock: self.count("Low stock amount", 0),
            backorders: self.read("Backorders allowed?", cells::backorders),
            sold_individually: self.flag("Sold individually?", false),
            weight: self.measure("Weight"),
            length: self.measure("Length"),
            width: self.measure("Width"),
            height: self.measure("Height"),
            reviews_allowed: self.flag("Allow customer reviews?", true),
            purchase_note: self.text("Purchase note"),
            sale_price: self.read("Sale price", price),
            regular_price: self.read("Regular price", price),
            cost_of_goods: self.read("Cost of goods", price),
            categories: cells::paths(self.cell("Categories")),
            tags: sheet::list(self.cell("Tags"), ','),
            brands: cells::paths(self.cell("Brands")),
            shipping_class: self.optional_line("Shipping class", 200),
            images: self.images(),
            download_limit: self.unless_unlimited("Download limit"),
            download_expiry_days: self.unless_unlimited("Download expiry days"),
            parent: (!parent.is_empty()).then(|| cells::reference(parent)),
            grouped: self.references("Grouped products"),
            upsells: self.references("Upsells"),
            cross_sells: self.references("Cross-sells"),
            external_url: self.read("External URL", cells::address),
            button_text: self.line("Button text", 200),
            position: self
                .read("Position", |text| sheet::whole_number(text, -LARGEST_COUNT, LARGEST_COUNT))
                .unwrap_or(0),
            attributes: self.attributes(),
            downloads: self.downloads(),
            meta: self.meta(),
        };
        let known =
            product.sku.as_ref().is_some_and(|sku| (settings.has)(&Reference::Sku(sku.to_lowercase())));
        self.check(&product, known);
        product
    }

    /// What no single cell tells. A product that is there has already what the file does not name.
    fn check(&mut self, product: &ProductRow, known: bool) {
        let lacks = |column: &str| known && self.sheet.position(column).is_none();
        let (name, parent, regular) = (lacks("Name"), lacks("Parent"), lacks("Regular price"));
        if product.name.is_empty() && product.kind != ProductKind::Variation && !name {
            self.problem("Name", "A product needs a name.");
        }
        if product.kind == ProductKind::Variation && product.parent.is_none() && !parent {
            self.problem("Parent", "A variation needs the SKU of its parent, or id: and its number.");
        }
        if let (Some(sale), Some(regular)) = (product.sale_price, product.regular_price)
            && sale > regular
        {
            self.problem("Sale price", "The sale price cannot be above the regular price.");
        }
        if product.sale_price.is_some() && product.regular_price.is_none() && !regular {
            self.problem("Regular price", "A sale price needs a regular price above it.");
        }
        if let (Some(start), Some(end)) = (product.sale_starts, product.sale_ends)
            && start.moment("UTC") > end.moment("UTC")
        {
            self.problem("Date sale price ends", "The sale ends before it starts.");
        }
    }

    fn cell(&self, column: &str) -> &'sheet str {
        cells::plain(self.row.cell(self.sheet.position(column)))
    }

    fn problem(&mut self, column: &str, problem: impl Into<String>) {
        self.problems.push(Problem::new(self.row.line, column, problem));
    }

    fn read<T: Default>(&mut self, column: &str, meaning: impl Fn(&str) -> Result<T, String>) -> T {
        meaning(self.cell(column)).unwrap_or_else(|problem| {
            self.problem(column, problem);
            T::default()
        })
    }

    fn flag(&mut self, column: &str, default: bool) -> bool {
        self.read(column, |text| sheet::flag(text, default))
    }

    /// A single line of text; markup and the like stay as they are, for pages escape it.
    fn line(&mut self, column: &str, longest: usize) -> String {
        self.read(column, |text| {
            if text.chars().count() > longest || text.chars().any(char::is_control) {
                Err(format!("Use one line of at most {longest} characters."))
            } else {
                Ok(text.to_owned())
            }
        })
    }

    fn optional_line(&mut self, column: &str, longest: usize) -> Option<String> {
        Some(self.line(column, longest)).filter(|text| !text.is_empty())
    }

    /// Text of several lines; exports write a line break as `\n`.
    fn text(&mut self, column: &str) -> String {
        self.read(column, |text| {
            if text.len() > 100_000 {
                Err("Use at most 100000 characters.".to_owned())
            } else {
                Ok(text.replace("\\n", "\n"))
            }
        })
    }

    fn count(&mut self, column: &str, smallest: i64) -> Option<i64> {
        self.read(column, |text| sheet::whole_number(text, smallest, LARGEST_COUNT))
    }

    /// `n/a` and -1 are unlimited.
    fn unless_unlimited(&mut self, column: &str) -> Option<i64> {
        match self.cell(column) {
            "-1" | "n/a" => None,
            _ => self.count(column, 0),
        }
    }

    /// Columns such as `Weight (lbs)`.
    fn measure(&mut self, name: &str) -> Option<Decimal> {
        let start = format!("{} (", name.to_ascii_lowercase());
        let column = self.sheet.columns.iter().find(|column| column.to_ascii_lowercase().starts_with(&start));
        let column = column.map_or(name, String::as_str);
        self.read(column, cells::measure)
    }

    fn tax_class(&mut self, kind: ProductKind) -> Option<String> {
        let class = self.line("Tax class", 200);
        if kind == ProductKind::Variation && class.eq_ignore_ascii_case("parent") {
            None
        } else {
            Some(class_slug(&class))
        }
    }

    fn stock(&mut self, kind: ProductKind) -> Option<i64> {
        if kind == ProductKind::Variation && self.cell("Stock").eq_ignore_ascii_case("parent") {
            return None;
        }
        self.count("Stock", -LARGEST_COUNT)
    }

    /// A counted stock tells for itself whether there is any.
    fn stock_status(&mut self) -> StockStatus {
        let status = self.read("In stock?", cells::stock_status);
        let counted = self.cell("Stock").parse::<i64>().ok();
        let backorders = cells::backorders(self.cell("Backorders allowed?")).unwrap_or_default();
        match counted {
            Some(stock) if stock > 0 => StockStatus::InStock,
            Some(_) if backorders == Backorders::No => StockStatus::OutOfStock,
            Some(_) => StockStatus::OnBackorder,
            None => status,
        }
    }

    fn images(&mut self) -> Vec<String> {
        self.read("Images", |text| sheet::list(text, ',').iter().map(|image| cells::file(image)).collect())
    }

    fn references(&self, column: &str) -> Vec<Reference> {
        sheet::list(self.cell(column), ',').iter().map(|text| cells::reference(text)).collect()
    }

    /// The numbers for which the file has a column `family N member`, in their order.
    fn numbers(&self, family: &str, member: &str) -> Vec<u32> {
        let number = |column: &String| {
            let lower = column.to_ascii_lowercase();
            lower.strip_prefix(family)?.strip_suffix(member)?.trim().parse().ok()
        };
        let mut numbers: Vec<u32> = self.sheet.columns.iter().filter_map(number).collect();
        numbers.sort_unstable();
        numbers
    }

    fn attributes(&mut self) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        for number in self.numbers("attribute ", " name") {
            let name = self.line(&format!("Attribute {number} name"), 100);
            let visible = self.flag(&format!("Attribute {number} visible"), true);
            let global = self.flag(&format!("Attribute {number} global"), true);
            let default = self.optional_line(&format!("Attribute {number} default"), 200);
            let values = sheet::list(self.cell(&format!("Attribute {number} value(s)")), ',');
            if !name.is_empty() {
                attributes.push(Attribute { name, values, visible, global, default });
            }
        }
        attributes
    }

    fn downloads(&mut self) -> Vec<Download> {
        let mut downloads = Vec::new();
        for number in self.numbers("download ", " url") {
            let url = self.read(&format!("Download {number} URL"), cells::file);
            let name = self.line(&format!("Download {number} name"), 255);
            let id = self.optional_line(&format!("Download {number} ID"), 100);
            if !url.is_empty() {
                downloads.push(Download { id, name, url });
            }
        }
        downloads
    }

    fn meta(&self) -> Vec<(String, String)> {
        let entry = |column: &String| {
            let (word, key) = column.split_once(':')?;
            let value = self.cell(column);
            let meta = word.trim().eq_ignore_ascii_case("meta") && !value.is_empty();
            meta.then(|| (key.trim().to_owned(), value.to_owned()))
        };
        self.sheet.columns.iter().filter_map(entry).collect()
    }
}
