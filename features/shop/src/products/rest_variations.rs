//! `wc/v3` variations.

use http::Method;
use kernel::ids::ProductId;
use kernel::{Fault, Page, capability};
use runtime::Tx;
use web::{Call, Reply, Routes};

use super::model::Product;
use super::rest_model::{ProductBody, ProductReply};
use super::{queries, rest, store};

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/products/{product_id}/variations")
        .summary("Variations of a product.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .replies::<Vec<ProductReply>>()
        .read(list);
    routes
        .rest(Method::POST, "wc/v3", "/products/{product_id}/variations")
        .summary("Make a variation.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<ProductBody>()
        .replies::<ProductReply>()
        .status(201)
        .unit(|call, tx| {
            let parent = parent(call, tx)?;
            let now = tx.now();
            let mut variation = Product {
                parent_id: parent.id,
                kind: "variation".to_owned(),
                name: parent.name,
                ..Product::fresh(now)
            };
            rest::change(tx, &mut variation, &call.body()?)?;
            Ok(Reply::created(&rest::reply(tx, &variation)?))
        });
    routes
        .rest(Method::GET, "wc/v3", "/products/{product_id}/variations/{id}")
        .summary("A variation.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<ProductReply>()
        .read(|call, tx| {
            let variation = own(call, tx)?;
            Ok(Reply::json(&rest::reply(tx, &variation)?))
        });
    for method in [Method::PUT, Method::PATCH] {
        routes
            .rest(method, "wc/v3", "/products/{product_id}/variations/{id}")
            .summary("Change a variation.")
            .requires(capability::MANAGE_WOOCOMMERCE)
            .body::<ProductBody>()
            .replies::<ProductReply>()
            .unit(|call, tx| {
                let mut variation = own(call, tx)?;
                rest::change(tx, &mut variation, &call.body()?)?;
                Ok(Reply::json(&rest::reply(tx, &variation)?))
            });
    }
    routes
        .rest(Method::DELETE, "wc/v3", "/products/{product_id}/variations/{id}")
        .summary("Delete a variation.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<ProductReply>()
        .unit(|call, tx| {
            let variation = own(call, tx)?;
            let answer = rest::reply(tx, &variation)?;
            store::remove(tx, variation.id)?;
            Ok(Reply::json(&answer))
        });
}

fn parent(call: &Call, tx: &mut Tx) -> Result<Product, Fault> {
    let id: ProductId = call.id("product_id")?;
    queries::find(tx, id)?.filter(|product| product.kind == "variable").ok_or_else(rest::invalid_id)
}

fn own(call: &Call, tx: &mut Tx) -> Result<Product, Fault> {
    let parent = parent(call, tx)?;
    let id: ProductId = call.id("id")?;
    queries::find(tx, id)?.filter(|variation| variation.parent_id == parent.id).ok_or_else(rest::invalid_id)
}

fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let parent = parent(call, tx)?;
    let paging = call.paging(&["menu_order", "id", "date"])?;
    let all = queries::variations(tx, parent.id)?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(paging.per_page).unwrap_or(usize::MAX);
    let categories = queries::categories(tx)?;
    let mut rows = Vec::new();
    for variation in all.iter().skip(skip).take(take) {
        rows.push(ProductReply::of(tx, variation, &categories)?);
    }
    Ok(Reply::list(&Page { rows, total }, &paging))
}
