//! The SQL of coupons and their uses.

use db::DbError;
use kernel::ids::OrderId;
use kernel::{Decimal, Fault, Moment};
use runtime::ports::MadeCoupon;
use runtime::{Row, Sql, Tx, params};

use super::model::{Coupon, CouponCustomer};
use crate::conditions::{Conditions, by_place};
use crate::totals::DiscountKind;
use crate::wire::{Dates, Meta};

const COLUMNS: &str = "id, code, discount_type, amount, description, individual_use, free_shipping, exclude_sale_items, product_ids, \
    excluded_product_ids, product_categories, excluded_product_categories, minimum_amount, maximum_amount, usage_limit, \
    usage_limit_per_user, limit_usage_to_x_items, usage_count, email_restrictions, date_expires, created_at, updated_at, details";
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_coupons (code, discount_type, amount, description, individual_use, free_shipping, \
     exclude_sale_items, product_ids, excluded_product_ids, product_categories, excluded_product_categories, minimum_amount, \
     maximum_amount, usage_limit, usage_limit_per_user, limit_usage_to_x_items, usage_count, email_restrictions, date_expires, \
     updated_at, details, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
);
const UPDATE: Sql = Sql::new(
    "UPDATE {p}cartwright_coupons SET code = ?, discount_type = ?, amount = ?, description = ?, individual_use = ?, \
     free_shipping = ?, exclude_sale_items = ?, product_ids = ?, excluded_product_ids = ?, product_categories = ?, \
     excluded_product_categories = ?, minimum_amount = ?, maximum_amount = ?, usage_limit = ?, usage_limit_per_user = ?, \
     limit_usage_to_x_items = ?, email_restrictions = ?, date_expires = ?, updated_at = ?, details = ? WHERE id = ?",
);
const TOUCH: Sql = Sql::new("UPDATE {p}cartwright_coupons SET code = code WHERE id = ?");
const DELETE: Sql = Sql::new("DELETE FROM {p}cartwright_coupons WHERE id = ?");
/// Uses by an account or by an address, whoever was logged in when the order was placed.
const USES: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_coupon_uses u LEFT JOIN {p}wc_orders o ON o.id = u.order_id \
     WHERE u.coupon_id = ? AND u.order_id <> ? AND (u.customer IN (?, ?) \
     OR (? <> '' AND o.email_normal = ?) OR (? > 0 AND o.customer_id = ?))",
);
const HELD_BY: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_coupon_uses u JOIN {p}wc_orders o ON o.id = u.order_id \
     WHERE u.coupon_id = ? AND u.order_id = ? AND o.status = 'wc-pending'",
);
const USE: Sql =
    Sql::new("INSERT INTO {p}cartwright_coupon_uses (coupon_id, order_id, customer) VALUES (?, ?, ?)");
const COUNT_USE: Sql = Sql::new(
    "UPDATE {p}cartwright_coupons SET usage_count = usage_count + 1 \
     WHERE id = ? AND (usage_limit IS NULL OR usage_limit = 0 OR usage_count < usage_limit)",
);
const USED_BY: Sql = Sql::new("SELECT coupon_id FROM {p}cartwright_coupon_uses WHERE order_id = ?");
const RELEASE: Sql = Sql::new("DELETE FROM {p}cartwright_coupon_uses WHERE order_id = ?");
const COUNT_RELEASE: Sql = Sql::new(
    "UPDATE {p}cartwright_coupons SET usage_count = usage_count - 1 WHERE id = ? AND usage_count > 0",
);
const BY_KEY: Sql = Sql::new("SELECT coupon_id, code FROM {p}cartwright_coupon_keys WHERE coupon_key = ?");
const KEEP_KEY: Sql =
    Sql::new("INSERT INTO {p}cartwright_coupon_keys (coupon_key, coupon_id, code) VALUES (?, ?, ?)");

/// A coupon with what only the merchant sees.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredCoupon {
    pub(crate) coupon: Coupon,
    pub(crate) description: String,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    pub(crate) meta: Vec<Meta>,
}

/// WooCommerce's word for a kind of discount.
pub(crate) const fn kind_word(kind: DiscountKind) -> &'static str {
    match kind {
        DiscountKind::FixedProduct => "fixed_product",
        DiscountKind::Percent => "percent",
        DiscountKind::FixedCart => "fixed_cart",
    }
}

/// The kind behind WooCommerce's word.
pub(crate) fn kind_of(word: &str) -> Option<DiscountKind> {
    match word {
        "fixed_product" => Some(DiscountKind::FixedProduct),
        "percent" => Some(DiscountKind::Percent),
        "fixed_cart" => Some(DiscountKind::FixedCart),
        _ => None,
    }
}

fn stored(row: &Row) -> Result<StoredCoupon, DbError> {
    let ids = |text: String| serde_json::from_str::<Vec<i64>>(&text).unwrap_or_default();
    let words = |text: String| serde_json::from_str::<Vec<String>>(&text).unwrap_or_default();
    Ok(StoredCoupon {
        coupon: Coupon {
            id: row.get("id")?,
            code: row.get("code")?,
            kind: kind_of(&row.get::<String>("discount_type")?).unwrap_or(DiscountKind::FixedCart),
            amount: row.get::<Option<Decimal>>("amount")?.unwrap_or(Decimal::ZERO),
            individual_use: row.get("individual_use")?,
            free_shipping: row.get("free_shipping")?,
            exclude_sale_items: row.get("exclude_sale_items")?,
            product_ids: ids(row.get("product_ids")?),
            excluded_product_ids: ids(row.get("excluded_product_ids")?),
            category_ids: ids(row.get("product_categories")?),
            excluded_category_ids: ids(row.get("excluded_product_categories")?),
            minimum: row.get("minimum_amount")?,
            maximum: row.get("maximum_amount")?,
            usage_limit: row.get("usage_limit")?,
            usage_limit_per_user: row.get("usage_limit_per_user")?,
            item_limit: row.get("limit_usage_to_x_items")?,
            usage_count: row.get("usage_count")?,
            expires: row.get("date_expires")?,
            emails: words(row.get("email_restrictions")?),
        },
        description: row.get("description")?,
        created_at: row.get("created_at")?,
        updated_at: match row.get::<Option<Moment>>("updated_at")? {
            Some(updated) => updated,
            None => row.get("created_at")?,
        },
        meta: row
            .get::<Option<String>>("details")?
            .and_then(|text| kernel::json::from_text(&text).ok())
            .unwrap_or_default(),
    })
}

fn find(tx: &mut Tx, condition: &str, values: &[db::Param<'_>]) -> Result<Vec<StoredCoupon>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM {{p}}cartwright_coupons WHERE {condition}");
    Ok(tx.rows_text(&text, values, stored)?)
}

pub(crate) fn by_code(tx: &mut Tx, code: &str) -> Result<Option<StoredCoupon>, Fault> {
    Ok(find(tx, "code = ?", params![super::normal_code(code)])?.pop())
}

pub(crate) fn by_id(tx: &mut Tx, id: i64) -> Result<Option<StoredCoupon>, Fault> {
    Ok(find(tx, "id = ?", params![id])?.pop())
}

/// What a list of coupons is narrowed and ordered by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) search: String,
    pub(crate) codes: Option<Vec<String>>,
    pub(crate) include: Option<Vec<i64>>,
    pub(crate) exclude: Option<Vec<i64>>,
    pub(crate) dates: Dates,
    /// `date`, `modified`, `id`, `title`, or `include` for the order of the ids there.
    pub(crate) orderby: String,
    pub(crate) descending: bool,
    pub(crate) offset: i64,
    pub(crate) limit: i64,
}

/// A page of coupons.
pub(crate) fn list(tx: &mut Tx, filter: &Filter) -> Result<kernel::Page<StoredCoupon>, Fault> {
    let mut conditions = Conditions::new("1 = 1");
    if !filter.search.is_empty() {
        conditions.holds(&["code", "description"], &filter.search);
    }
    if let Some(codes) = &filter.codes {
        conditions.one_of("code", codes.iter().map(|code| super::normal_code(code)));
    }
    if let Some(ids) = &filter.include {
        conditions.one_of("id", ids.clone());
    }
    if let Some(ids) = &filter.exclude {
        conditions.none_of("id", ids.clone());
    }
    let modified = "CASE WHEN updated_at IS NULL THEN created_at ELSE updated_at END";
    conditions.between("created_at", filter.dates.after, filter.dates.before);
    conditions.between(modified, filter.dates.modified_after, filter.dates.modified_before);
    let direction = if filter.descending { "DESC" } else { "ASC" };
    let order = match filter.orderby.as_str() {
        "include" => format!("{}, id", by_place("id", filter.include.as_deref().unwrap_or_default())),
        "title" => format!("code {direction}, id {direction}"),
        "modified" => format!("{modified} {direction}, id {direction}"),
        "id" => format!("id {direction}"),
        _ => format!("created_at {direction}, id {direction}"),
    };
    let condition = conditions.text().to_owned();
    let mut values = conditions.values;
    let total =
        tx.count_text(&format!("SELECT COUNT(*) FROM {{p}}cartwright_coupons WHERE {condition}"), &values)?;
    values.extend([db::Param::from(filter.limit), db::Param::from(filter.offset)]);
    let rows = find(tx, &format!("{condition} ORDER BY {order} LIMIT ? OFFSET ?"), &values)?;
    Ok(kernel::Page { rows, total })
}

/// Holds the coupon's row until the transaction ends.
pub(crate) fn hold(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute(&TOUCH, params![id])?;
    Ok(())
}

/// Writes a coupon: a fresh one when its id is 0. A taken code is a 400 that names it.
pub(crate) fn put(tx: &mut Tx, stored: &mut StoredCoupon) -> Result<(), Fault> {
    if write(tx, stored)? {
        return Ok(());
    }
    Err(Fault::new(
        kernel::FaultKind::Invalid,
        "woocommerce_rest_coupon_code_already_exists",
        "The coupon code already exists",
    )
    .and_invalid("code", "Another coupon has this code. Choose another."))
}

/// As [`put`]; false when the code is taken.
pub(crate) fn write(tx: &mut Tx, stored: &mut StoredCoupon) -> Result<bool, Fault> {
    stored.updated_at = tx.now();
    let meta = (!stored.meta.is_empty()).then(|| kernel::json::to_text(&stored.meta));
    let coupon = &stored.coupon;
    let (products, unwanted) =
        (kernel::json::to_text(&coupon.product_ids), kernel::json::to_text(&coupon.excluded_product_ids));
    let (categories, unwanted_categories) =
        (kernel::json::to_text(&coupon.category_ids), kernel::json::to_text(&coupon.excluded_category_ids));
    let emails = kernel::json::to_text(&coupon.emails);
    let mut values: Vec<db::Param<'_>> = params![
        &coupon.code,
        kind_word(coupon.kind),
        coupon.amount,
        &stored.description,
        coupon.individual_use,
        coupon.free_shipping,
        coupon.exclude_sale_items,
        &products,
        &unwanted,
        &categories,
        &unwanted_categories,
        coupon.minimum,
        coupon.maximum,
        coupon.usage_limit,
        coupon.usage_limit_per_user,
        coupon.item_limit,
        &emails,
        coupon.expires,
        stored.updated_at,
        &meta
    ]
    .to_vec();
    let written = if coupon.id == 0 {
        values.push(stored.created_at.into());
        tx.insert(&INSERT, &values)
    } else {
        values.push(coupon.id.into());
        tx.execute(&UPDATE, &values).map(|_| coupon.id)
    };
    match written {
        Ok(id) => {
            stored.coupon.id = id;
            Ok(true)
        }
        Err(error) if error.is_duplicate() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The coupon that was made under a key.
pub(crate) fn by_key(tx: &mut Tx, key: &str) -> Result<Option<MadeCoupon>, Fault> {
    Ok(tx.one(&BY_KEY, params![key], |row| {
        Ok(MadeCoupon { id: row.get("coupon_id")?, code: row.get("code")? })
    })?)
}

/// False when a coupon was made under the key meanwhile.
pub(crate) fn keep_key(tx: &mut Tx, key: &str, made: &MadeCoupon) -> Result<bool, Fault> {
    match tx.execute(&KEEP_KEY, params![key, made.id, &made.code]) {
        Ok(_) => Ok(true),
        Err(error) if error.is_duplicate() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn remove(tx: &mut Tx, id: i64) -> Result<bool, Fault> {
    Ok(tx.execute(&DELETE, params![id])? > 0)
}

/// How often a customer has used a coupon, the use of `own` not counted.
pub(crate) fn uses(
    tx: &mut Tx,
    coupon_id: i64,
    customer: &CouponCustomer,
    own: OrderId,
) -> Result<i64, Fault> {
    let (key, email, user) = (customer.key(), customer.email.as_str(), customer.user);
    let named = if email.is_empty() { key.as_str() } else { email };
    Ok(tx.count(&USES, params![coupon_id, own, &key, named, email, email, user, user])?)
}

/// Does this unpaid order hold a use of the coupon?
pub(crate) fn is_held_by(tx: &mut Tx, coupon_id: i64, order: OrderId) -> Result<bool, Fault> {
    Ok(tx.count(&HELD_BY, params![coupon_id, order])? > 0)
}

/// Counts a use by an order; false when a limit was reached meanwhile. The coupon's row is held from the first
/// statement on, so that of parallel orders of one customer each sees the uses of those before it.
pub(crate) fn take_use(
    tx: &mut Tx,
    coupon: &Coupon,
    order_id: OrderId,
    customer: &CouponCustomer,
) -> Result<bool, Fault> {
    if tx.execute(&COUNT_USE, params![coupon.id])? == 0 {
        return Ok(false);
    }
    let limit = coupon.usage_limit_per_user.filter(|limit| *limit > 0);
    if let Some(limit) = limit
        && !customer.is_nobody()
        && uses(tx, coupon.id, customer, order_id)? >= i64::from(limit)
    {
        tx.execute(&COUNT_RELEASE, params![coupon.id])?;
        return Ok(false);
    }
    tx.execute(&USE, params![coupon.id, order_id, customer.key()])?;
    Ok(true)
}

/// Gives back the uses of an order that came to nothing.
pub(crate) fn release_uses(tx: &mut Tx, order_id: OrderId) -> Result<(), Fault> {
    let coupons: Vec<i64> = tx.rows(&USED_BY, params![order_id], |row| row.get("coupon_id"))?;
    if coupons.is_empty() {
        return Ok(());
    }
    tx.execute(&RELEASE, params![order_id])?;
    for coupon in coupons {
        tx.execute(&COUNT_RELEASE, params![coupon])?;
    }
    Ok(())
}
