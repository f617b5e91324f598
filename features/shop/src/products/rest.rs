//! `wc/v3` products.

use http::Method;
use kernel::ids::ProductId;
use kernel::{Fault, capability};
use runtime::Tx;
use web::{Reply, Routes};

use super::model::Product;
use super::rest_body::{ProductBody, change};
use super::rest_model::ProductReply;
use super::{queries, rest_list, store};

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/products")
        .summary("Products.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .queries(&rest_list::PARAMETERS)
        .replies::<Vec<ProductReply>>()
        .read(rest_list::list);
    routes
        .rest(Method::POST, "wc/v3", "/products")
        .summary("Make a product.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<ProductBody>()
        .replies::<ProductReply>()
        .status(201)
        .unit(|call, tx| {
            let now = tx.now();
            let mut product = Product::fresh(now);
            let body: ProductBody = call.lenient_body()?;
            if body.name.as_deref().unwrap_or_default().trim().is_empty() {
                return Err(Fault::missing("name"));
            }
            change(tx, &mut product, &body)?;
            Ok(Reply::created(&reply(tx, &product)?))
        });
    routes
        .rest(Method::GET, "wc/v3", "/products/{id}")
        .summary("A product.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<ProductReply>()
        .read(|call, tx| {
            let product = must(tx, call.id("id")?)?;
            Ok(Reply::json(&reply(tx, &product)?))
        });
    for method in web::CHANGES {
        routes
            .rest(method, "wc/v3", "/products/{id}")
            .summary("Change a product.")
            .requires(capability::MANAGE_WOOCOMMERCE)
            .body::<ProductBody>()
            .replies::<ProductReply>()
            .unit(|call, tx| {
                let mut product = held(tx, call.id("id")?)?;
                change(tx, &mut product, &call.lenient_body()?)?;
                Ok(Reply::json(&reply(tx, &product)?))
            });
    }
    routes
        .rest(Method::DELETE, "wc/v3", "/products/{id}")
        .summary("Delete a product with its variations.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .query("force", "true: for good; else it becomes a draft.")
        .replies::<ProductReply>()
        .unit(|call, tx| {
            let mut product = held(tx, call.id("id")?)?;
            let answer = reply(tx, &product)?;
            if call.says("force") {
                store::remove(tx, product.id)?;
            } else {
                "draft".clone_into(&mut product.status);
                store::put(tx, &mut product)?;
            }
            Ok(Reply::json(&answer))
        });
}

/// A product that is no variation, or WooCommerce's 404.
fn must(tx: &mut Tx, id: ProductId) -> Result<Product, Fault> {
    store::by_id(tx, id)?.ok_or_else(invalid_id)
}

/// As [`must`], held until the transaction ends: what the body does not name is written as it stands.
fn held(tx: &mut Tx, id: ProductId) -> Result<Product, Fault> {
    store::hold(tx, id)?;
    must(tx, id)
}

pub(crate) fn invalid_id() -> Fault {
    Fault::new(kernel::FaultKind::NotFound, "woocommerce_rest_product_invalid_id", "Invalid ID.")
}

pub(crate) fn reply(tx: &mut Tx, product: &Product) -> Result<ProductReply, Fault> {
    let categories = queries::categories(tx)?;
    ProductReply::of(tx, product, &categories)
}
