//! Files of products, whole and broken.

use kernel::decimal::Decimal;

use super::{
    Backorders, ImportReport, ImportSettings, ProductKind, ProductStatus, Reference, StockStatus, Visibility,
    parse,
};
use crate::totals::TaxStatus;

fn read(text: &[u8]) -> ImportReport {
    parse(text, ImportSettings { price_decimals: 2, has: &|reference| *reference == Reference::Id(900) })
}

fn told(report: &ImportReport) -> Vec<String> {
    report.problems.iter().map(ToString::to_string).collect()
}

fn skus(report: &ImportReport) -> Vec<&str> {
    report.products.iter().filter_map(|product| product.sku.as_deref()).collect()
}

#[test]
fn woocommerces_sample_is_read_whole() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/sample_products.csv");
    let Ok(bytes) = std::fs::read(path) else {
        println!("skipped: ../shared/data/sample_products.csv is not there");
        return;
    };
    let report = read(&bytes);
    assert!(report.problems.is_empty(), "{:?}", told(&report));
    let count = |kind: ProductKind| report.products.iter().filter(|product| product.kind == kind).count();
    let kinds = [
        ProductKind::Simple,
        ProductKind::Variable,
        ProductKind::Variation,
        ProductKind::Grouped,
        ProductKind::External,
    ];
    assert_eq!(kinds.map(count), [14, 2, 7, 1, 1]);
    let by_id = |id: i64| report.products.iter().find(|product| product.id == Some(id)).unwrap();
    let album = by_id(73);
    assert!(album.is_virtual && album.is_downloadable);
    assert_eq!(album.downloads.len(), 2);
    assert_eq!((album.download_limit, album.download_expiry_days), (Some(1), Some(1)));
    let cap = by_id(60);
    assert_eq!((cap.regular_price, cap.sale_price), (Some(Decimal::whole(18)), Some(Decimal::whole(16))));
    assert_eq!(cap.categories, [["Clothing", "Accessories"]]);
    assert_eq!(cap.weight, Decimal::parse("0.6"));
    let hoodie = by_id(79);
    assert_eq!(hoodie.parent, Some(Reference::Sku("woo-hoodie".to_owned())));
    assert_eq!(hoodie.attributes[1].values, ["No"]);
    assert!(!hoodie.attributes[1].global && hoodie.attributes[0].global);
    assert!(by_id(76).attributes[1].values.is_empty());
    assert_eq!(by_id(87).grouped.len(), 3);
    assert_eq!(by_id(89).regular_price.map(|price| price.fixed(2)), Some("11.05".to_owned()));
    assert_eq!(by_id(64).visibility, Visibility::Hidden);
    assert_eq!(by_id(44).images.len(), 3);
    assert_eq!(by_id(46).meta, [("_wpcom_is_markdown".to_owned(), "1".to_owned())]);
}

#[test]
fn broken_rows_are_told_by_line_and_good_rows_kept() {
    let report = read(
        b"\xEF\xBB\xBFID,Type,SKU,Name,Published,Regular price,Stock,Parent\n\
        1,simple,a,Good,1,10,,\n\
        2,simple,b,Negative,1,-3,,\n\
        3,simple,c,Huge,1,99999999999999999999999,,\n\
        4,simple,d,Fine-grained,1,1.999,,\n\
        5,simple,e,Words,1,ten,,\n\
        6,simple,f,,1,10,,\n\
        7,bundle,g,Unknown type,1,10,,\n\
        8,variation,h,Orphan,1,10,,nowhere\n\
        9,simple,A,Same SKU,1,10,,\n\
        1,simple,i,Same id,1,10,,\n\
        10,simple,j,Caf\xE9,1,10,,\n\
        11,simple,k,Short\n\
        12,simple,l,Half a thing,1,10,1.5,\n\
        x,simple,m,No id,maybe,10,,\n\
        13,variation,n,Wrong parent,1,10,,a\n\
        14,variation,o,Known to the shop,1,10,,id:900\n\
        15,simple,p,Also good,-1,0.50,3,\n",
    );
    assert_eq!(skus(&report), ["a", "o", "p"]);
    assert_eq!(
        told(&report),
        [
            "Line 3, Regular price: A price cannot be below zero.",
            "Line 4, Regular price: A price can be at most 1000000000.",
            "Line 5, Regular price: A price can have at most 2 digits after the point.",
            "Line 6, Regular price: Use a price such as 12.50, without currency or thousands separators.",
            "Line 7, Name: A product needs a name.",
            "Line 8, Type: bundle is no type: use simple, variable, variation, grouped, external, virtual or \
         downloadable.",
            "Line 9, Parent: There is no product nowhere, neither in the file's good rows nor in the shop.",
            "Line 10, SKU: Line 2 already has this one; each may stand here once.",
            "Line 11, ID: Line 2 already has this one; each may stand here once.",
            "Line 12, Name: The text is not valid UTF-8.",
            "Line 13: The row has 4 cells, the header has 8.",
            "Line 14, Stock: Use a whole number from -1000000000 to 1000000000.",
            "Line 15, ID: Use a whole number from 1 to 9223372036854775807.",
            "Line 15, Published: Use 1 for published, 0 for private or -1 for draft.",
            "Line 16, Parent: a is no variable product.",
        ]
    );
    assert_eq!(report.products[2].status, ProductStatus::Draft);
}

#[test]
fn a_variation_may_stand_before_its_parent_but_goes_with_a_refused_one() {
    let report = read(
        b"Type,SKU,Name,Parent,Regular price\nvariation,a,,T,5\nvariable,t,Tee,,\nvariation,b,,u,5\n\
        variable,u,,,\n",
    );
    assert_eq!(skus(&report), ["a", "t"]);
    assert_eq!(
        told(&report),
        [
            "Line 4, Parent: There is no product u, neither in the file's good rows nor in the shop.",
            "Line 5, Name: A product needs a name.",
        ]
    );
}

#[test]
fn cells_mean_what_woocommerce_means() {
    let header = "Type,SKU,Name,Published,Tax status,Tax class,In stock?,Stock,Backorders allowed?,Categories,Tags,\
                  Description,Attribute 1 name,Attribute 1 value(s),Attribute 1 default,Parent,Weight (kg)\n";
    let rows = "\"Virtual, simple\",v,One,'-1,none,Reduced rate,0,,notify,\"A > B, C\",\"x, y\",one\\ntwo,Size,\
                \"S, M\\, wide\",S,,.25\n\
                variable,p,Two,0,shipping,,backorder,,,,,,,,,,\n\
                variation,w,,1,,parent,1,0,1,,,,,,,p,\n";
    let report = read(format!("{header}{rows}").as_bytes());
    assert!(report.problems.is_empty(), "{:?}", told(&report));
    let [one, two, three] = report.products.as_slice() else { panic!("{report:?}") };
    assert!(one.is_virtual && one.kind == ProductKind::Simple);
    assert_eq!((one.status, two.status), (ProductStatus::Draft, ProductStatus::Private));
    assert_eq!((one.tax_status, two.tax_status), (TaxStatus::None, TaxStatus::Shipping));
    assert_eq!(one.tax_class.as_deref(), Some("reduced-rate"));
    assert_eq!((two.tax_class.as_deref(), three.tax_class.as_deref()), (Some(""), None));
    let stock = [one, two, three].map(|product| product.stock_status);
    assert_eq!(stock, [StockStatus::OutOfStock, StockStatus::OnBackorder, StockStatus::OnBackorder]);
    assert_eq!(one.backorders, Backorders::Notify);
    assert_eq!(one.categories, [vec!["A", "B"], vec!["C"]]);
    assert_eq!(one.tags, ["x", "y"]);
    assert_eq!(one.description, "one\ntwo");
    assert_eq!(one.attributes[0].values, ["S", "M, wide"]);
    assert_eq!(one.attributes[0].default.as_deref(), Some("S"));
    assert_eq!(one.weight, Decimal::parse("0.25"));
}

#[test]
fn sale_dates_are_days_of_the_shop_or_points_in_time() {
    let header = "Type,Name,Regular price,Sale price,Date sale price starts,Date sale price ends\n";
    let rows = "simple,a,10,5,2026-05-07,2026-05-08\nsimple,b,10,5,2026-05-07 14:30,2026-05-08T00:00:00Z\n\
                simple,c,10,5,1778112000,\nsimple,d,10,5,tomorrow,\nsimple,e,10,5,2026-05-09,2026-05-08\n\
                simple,f,10,11,,\n";
    let report = read(format!("{header}{rows}").as_bytes());
    assert_eq!(
        told(&report),
        [
            "Line 5, Date sale price starts: Use a date such as 2026-05-07 or 2026-05-07 14:30.",
            "Line 6, Date sale price ends: The sale ends before it starts.",
            "Line 7, Sale price: The sale price cannot be above the regular price.",
        ]
    );
    let at = |index: usize| {
        let product = &report.products[index];
        [product.sale_starts, product.sale_ends]
            .map(|date| date.map(|date| date.moment("Europe/Berlin").rfc3339()))
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(at(0), [text("2026-05-06T22:00:00Z"), text("2026-05-08T21:59:59Z")]);
    assert_eq!(at(1), [text("2026-05-07T12:30:00Z"), text("2026-05-08T00:00:00Z")]);
    assert_eq!(at(2), [text("2026-05-07T00:00:00Z"), None]);
}

#[test]
fn a_file_without_header_is_refused_and_unknown_columns_are_told() {
    let report = read(b"46,simple,woo-hoodie,Hoodie,1\n");
    assert!(report.products.is_empty());
    assert!(told(&report)[0].starts_with("Line 1: The header misses Type and Name."));
    assert!(told(&read(b""))[0].starts_with("Line 1: The header misses"));
    let report = read(b"Type,Name,Colour of the box,Name\nsimple,Hat,red,Cap\n");
    assert_eq!(report.products[0].name, "Hat");
    assert_eq!(
        told(&report),
        [
            "Line 1, Colour of the box: This column is not known and was not read.",
            "Line 1, Name: This column stands here twice; the first was read.",
        ]
    );
}

#[test]
fn links_and_addresses_are_checked() {
    let report = read(
        b"Type,SKU,Name,Upsells,Images,External URL\n\
        external,a,Pennant,\"b, gone\",\"https://example.com/a.png, b.png\",https://example.com\n\
        simple,b,Hat,,javascript:alert(1),\nexternal,c,Mug,,,ftp://example.com\nsimple,d,Cup,id:900,,\n",
    );
    assert_eq!(skus(&report), ["a", "d"]);
    assert_eq!(report.products[0].images.len(), 2);
    assert_eq!(
        told(&report),
        [
            "Line 2, Upsells: There is no product b; the row was read without it.",
            "Line 2, Upsells: There is no product gone; the row was read without it.",
            "Line 3, Images: Use an address that begins with https:// or http://.",
            "Line 4, External URL: Use an address that begins with https:// or http://.",
        ]
    );
}
