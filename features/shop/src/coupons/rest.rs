//! `wc/v3` coupons.

use http::Method;
use kernel::{Amount, Decimal, Fault, Moment, capability};
use runtime::Tx;
use runtime::engine::Surroundings;
use runtime::settings::shop as setting;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Call, Reply, Routes};

use super::model::Coupon;
use super::store::{self, Filter, StoredCoupon};
use crate::products::rest_model::local;
use crate::totals::DiscountKind;
use crate::wire::{DATES, Dates, Meta, MetaBody, ROWS, check_context, date, merge_meta};

/// A coupon as `wc/v3` shows it.
#[derive(Debug, Serialize, JsonSchema)]
struct CouponReply {
    id: i64,
    code: String,
    amount: String,
    status: String,
    date_created: String,
    date_created_gmt: String,
    date_modified: String,
    date_modified_gmt: String,
    discount_type: String,
    description: String,
    date_expires: Option<String>,
    date_expires_gmt: Option<String>,
    usage_count: u32,
    individual_use: bool,
    product_ids: Vec<i64>,
    excluded_product_ids: Vec<i64>,
    usage_limit: Option<u32>,
    usage_limit_per_user: Option<u32>,
    limit_usage_to_x_items: Option<u32>,
    free_shipping: bool,
    product_categories: Vec<i64>,
    excluded_product_categories: Vec<i64>,
    exclude_sale_items: bool,
    minimum_amount: String,
    maximum_amount: String,
    email_restrictions: Vec<String>,
    used_by: Vec<String>,
    meta_data: Vec<Meta>,
}

/// A coupon to make or to change. What is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct CouponBody {
    code: Option<String>,
    amount: Option<AmountBody>,
    status: Option<String>,
    discount_type: Option<String>,
    description: Option<String>,
    date_expires: Option<String>,
    date_expires_gmt: Option<String>,
    individual_use: Option<bool>,
    product_ids: Option<Vec<i64>>,
    excluded_product_ids: Option<Vec<i64>>,
    usage_limit: Option<u32>,
    usage_limit_per_user: Option<u32>,
    limit_usage_to_x_items: Option<u32>,
    free_shipping: Option<bool>,
    product_categories: Option<Vec<i64>>,
    excluded_product_categories: Option<Vec<i64>>,
    exclude_sale_items: Option<bool>,
    minimum_amount: Option<AmountBody>,
    maximum_amount: Option<AmountBody>,
    email_restrictions: Option<Vec<String>>,
    meta_data: Option<Vec<MetaBody>>,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/coupons")
        .summary("Coupons.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .queries(&ROWS)
        .queries(&DATES)
        .query("code", "Only this code.")
        .replies::<Vec<CouponReply>>()
        .read(list);
    routes
        .rest(Method::POST, "wc/v3", "/coupons")
        .summary("Make a coupon.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<CouponBody>()
        .replies::<CouponReply>()
        .status(201)
        .unit(|call, tx| {
            let body: CouponBody = call.lenient_body()?;
            if body.code.as_deref().unwrap_or_default().trim().is_empty() {
                return Err(Fault::missing("code"));
            }
            let mut stored = fresh(tx.now());
            change(tx, &mut stored, &body)?;
            Ok(Reply::created(&reply(&stored, tx.zone())))
        });
    routes
        .rest(Method::GET, "wc/v3", "/coupons/{id}")
        .summary("A coupon.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<CouponReply>()
        .read(|call, tx| {
            let stored = must(call, tx)?;
            Ok(Reply::json(&reply(&stored, tx.zone())))
        });
    for method in web::CHANGES {
        routes
            .rest(method, "wc/v3", "/coupons/{id}")
            .summary("Change a coupon.")
            .requires(capability::MANAGE_WOOCOMMERCE)
            .body::<CouponBody>()
            .replies::<CouponReply>()
            .unit(|call, tx| {
                store::hold(tx, call.id("id")?)?;
                let mut stored = must(call, tx)?;
                change(tx, &mut stored, &call.lenient_body()?)?;
                Ok(Reply::json(&reply(&stored, tx.zone())))
            });
    }
    routes
        .rest(Method::DELETE, "wc/v3", "/coupons/{id}")
        .summary("Delete a coupon.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .query("force", "true: for good; coupons have no trash, and go for good all the same.")
        .replies::<CouponReply>()
        .unit(|call, tx| {
            let stored = must(call, tx)?;
            store::remove(tx, stored.coupon.id)?;
            Ok(Reply::json(&reply(&stored, tx.zone())))
        });
}

fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    check_context(call)?;
    let paging = call.paging(&["date", "id", "include", "title", "slug", "modified"])?;
    let zone = tx.zone().to_owned();
    let filter = Filter {
        search: paging.search.clone(),
        codes: call.values("code"),
        include: call.ids("include")?,
        exclude: call.ids("exclude")?,
        dates: Dates::of(call, &zone)?,
        orderby: if paging.orderby == "slug" { "title".to_owned() } else { paging.orderby.clone() },
        descending: paging.descending,
        offset: paging.offset(),
        limit: i64::from(paging.per_page),
    };
    let page = store::list(tx, &filter)?;
    Ok(Reply::list(&page.map(|stored| reply(&stored, &zone)), &paging))
}

fn must(call: &Call, tx: &mut Tx) -> Result<StoredCoupon, Fault> {
    store::by_id(tx, call.id("id")?)?.ok_or_else(|| {
        Fault::new(kernel::FaultKind::NotFound, "woocommerce_rest_shop_coupon_invalid_id", "Invalid ID.")
    })
}

fn fresh(now: Moment) -> StoredCoupon {
    StoredCoupon {
        coupon: Coupon {
            id: 0,
            code: String::new(),
            kind: DiscountKind::FixedCart,
            amount: Decimal::ZERO,
            individual_use: false,
            free_shipping: false,
            exclude_sale_items: false,
            product_ids: Vec::new(),
            excluded_product_ids: Vec::new(),
            category_ids: Vec::new(),
            excluded_category_ids: Vec::new(),
            minimum: None,
            maximum: None,
            usage_limit: None,
            usage_limit_per_user: None,
            item_limit: None,
            usage_count: 0,
            expires: None,
            emails: Vec::new(),
        },
        description: String::new(),
        created_at: now,
        updated_at: now,
        meta: Vec::new(),
    }
}

fn reply(stored: &StoredCoupon, zone: &str) -> CouponReply {
    let coupon = &stored.coupon;
    let exact = |amount: Decimal| {
        let short = amount.fixed(2);
        if Decimal::parse(&short) == Some(amount) { short } else { amount.to_string() }
    };
    let amount = |amount: Option<Decimal>| exact(amount.unwrap_or(Decimal::ZERO));
    CouponReply {
        id: coupon.id,
        code: coupon.code.clone(),
        amount: exact(coupon.amount),
        status: "publish".to_owned(),
        date_created: local(stored.created_at, zone),
        date_created_gmt: stored.created_at.woocommerce(),
        date_modified: local(stored.updated_at, zone),
        date_modified_gmt: stored.updated_at.woocommerce(),
        discount_type: store::kind_word(coupon.kind).to_owned(),
        description: stored.description.clone(),
        date_expires: coupon.expires.map(|at| local(at, zone)),
        date_expires_gmt: coupon.expires.map(Moment::woocommerce),
        usage_count: coupon.usage_count,
        individual_use: coupon.individual_use,
        product_ids: coupon.product_ids.clone(),
        excluded_product_ids: coupon.excluded_product_ids.clone(),
        usage_limit: coupon.usage_limit,
        usage_limit_per_user: coupon.usage_limit_per_user,
        limit_usage_to_x_items: coupon.item_limit,
        free_shipping: coupon.free_shipping,
        product_categories: coupon.category_ids.clone(),
        excluded_product_categories: coupon.excluded_category_ids.clone(),
        exclude_sale_items: coupon.exclude_sale_items,
        minimum_amount: amount(coupon.minimum),
        maximum_amount: amount(coupon.maximum),
        email_restrictions: coupon.emails.clone(),
        used_by: Vec::new(),
        meta_data: stored.meta.clone(),
    }
}

/// An amount; an empty text is none.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
enum AmountBody {
    Amount(Amount),
    Empty(String),
}

impl AmountBody {
    fn amount(&self, field: &str) -> Result<Amount, Fault> {
        match self {
            Self::Amount(amount) => Ok(*amount),
            Self::Empty(text) if text.trim().is_empty() => Ok(Amount::from(Decimal::ZERO)),
            Self::Empty(_) => Err(Fault::invalid(field, "Use an amount such as 12.50.")),
        }
    }
}

fn change(tx: &mut Tx, stored: &mut StoredCoupon, body: &CouponBody) -> Result<(), Fault> {
    let before = stored.clone();
    fill(tx, stored, body)?;
    if stored.coupon.id != 0 && *stored == before {
        return Ok(());
    }
    store::put(tx, stored)
}

fn fill(tx: &mut Tx, stored: &mut StoredCoupon, body: &CouponBody) -> Result<(), Fault> {
    let currency = setting::currency(tx)?;
    let coupon = &mut stored.coupon;
    if body.status.as_ref().is_some_and(|status| status != "publish") {
        return Err(Fault::invalid(
            "status",
            "Coupons are published here. Use publish, or delete the coupon.",
        ));
    }
    if let Some(code) = &body.code {
        coupon.code = super::normal_code(&kernel::text::line("code", code, 100)?);
    }
    if let Some(word) = &body.discount_type {
        coupon.kind = store::kind_of(word)
            .ok_or_else(|| Fault::invalid("discount_type", "Use percent, fixed_cart or fixed_product."))?;
    }
    if let Some(amount) = &body.amount {
        let amount = amount.amount("amount")?;
        coupon.amount = if coupon.kind == DiscountKind::Percent {
            Some(amount.decimal()).filter(|percent| *percent <= Decimal::whole(100))
        } else {
            Some(Decimal::from(amount.in_currency("amount", currency)?))
        }
        .filter(|amount| !amount.is_negative())
        .ok_or_else(|| {
            Fault::invalid("amount", "Use an amount of at least 0, a percentage of at most 100.")
        })?;
    }
    for (field, given, own) in [
        ("minimum_amount", &body.minimum_amount, &mut coupon.minimum),
        ("maximum_amount", &body.maximum_amount, &mut coupon.maximum),
    ] {
        if let Some(amount) = given {
            let amount = Decimal::from(amount.amount(field)?.in_currency(field, currency)?);
            if amount.is_negative() {
                return Err(Fault::invalid(field, "Use an amount of at least 0."));
            }
            *own = (!amount.is_zero()).then_some(amount);
        }
    }
    let expires = (body.date_expires.as_ref(), body.date_expires_gmt.as_ref());
    coupon.expires = date("date_expires", expires, coupon.expires, tx.zone())?;
    if let Some(emails) = &body.email_restrictions {
        coupon.emails = emails
            .iter()
            .map(|email| kernel::text::line("email_restrictions", email, 254))
            .collect::<Result<Vec<_>, _>>()?;
    }
    if let Some(text) = &body.description {
        stored.description = kernel::text::optional_line("description", text, 1_000)?;
    }
    limits(&mut stored.coupon, body);
    merge_meta(&mut stored.meta, body.meta_data.as_deref().unwrap_or_default())
}

fn limits(coupon: &mut Coupon, body: &CouponBody) {
    coupon.individual_use = body.individual_use.unwrap_or(coupon.individual_use);
    coupon.free_shipping = body.free_shipping.unwrap_or(coupon.free_shipping);
    coupon.exclude_sale_items = body.exclude_sale_items.unwrap_or(coupon.exclude_sale_items);
    coupon.usage_limit = body.usage_limit.or(coupon.usage_limit);
    coupon.usage_limit_per_user = body.usage_limit_per_user.or(coupon.usage_limit_per_user);
    coupon.item_limit = body.limit_usage_to_x_items.or(coupon.item_limit);
    for (given, own) in [
        (&body.product_ids, &mut coupon.product_ids),
        (&body.excluded_product_ids, &mut coupon.excluded_product_ids),
        (&body.product_categories, &mut coupon.category_ids),
        (&body.excluded_product_categories, &mut coupon.excluded_category_ids),
    ] {
        if let Some(ids) = given {
            own.clone_from(ids);
        }
    }
}
