//! `wc/v3` variations.

use http::Method;
use kernel::ids::ProductId;
use kernel::{Fault, capability};
use runtime::Tx;
use web::{Call, Reply, Routes};

use super::model::Product;
use super::rest_body::ProductBody;
use super::rest_model::ProductReply;
use super::{queries, rest, rest_body, rest_list, store};

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/products/{product_id}/variations")
        .summary("Variations of a product.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .queries(&rest_list::PARAMETERS)
        .replies::<Vec<ProductReply>>()
        .read(|call, tx| {
            let parent = parent(call, tx)?;
            rest_list::variations(call, tx, &parent)
        });
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
            rest_body::change(tx, &mut variation, &call.lenient_body()?)?;
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
    for method in web::CHANGES {
        routes
            .rest(method, "wc/v3", "/products/{product_id}/variations/{id}")
            .summary("Change a variation.")
            .requires(capability::MANAGE_WOOCOMMERCE)
            .body::<ProductBody>()
            .replies::<ProductReply>()
            .unit(|call, tx| {
                store::hold(tx, call.id("id")?)?;
                let mut variation = own(call, tx)?;
                rest_body::change(tx, &mut variation, &call.lenient_body()?)?;
                Ok(Reply::json(&rest::reply(tx, &variation)?))
            });
    }
    routes
        .rest(Method::DELETE, "wc/v3", "/products/{product_id}/variations/{id}")
        .summary("Delete a variation.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .query("force", "true: for good; variations have no trash, and go for good all the same.")
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
