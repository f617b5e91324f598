//! `/`, `/shop`, `/cart`, `/my-account`: the store's own, wherever it has them.

use http::Method;
use kernel::Fault;
use web::{Call, Reply, Routes};

/// Our page, and what the store's plugin calls its own.
const DOORS: [(&str, &str); 3] = [("/shop", "shop"), ("/cart", "cart"), ("/my-account", "account")];

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/").flow(|call| async move { lead(&call, "/") });
    for (path, page) in DOORS {
        routes
            .page(Method::GET, path)
            .flow(move |call| async move { lead(&call, &format!("/?cartwright_page={page}")) });
    }
}

fn lead(call: &Call, path: &str) -> Result<Reply, Fault> {
    let store = call.engine.host().address().ok_or_else(|| Fault::not_found("page"))?;
    Ok(Reply::redirect(&format!("{store}{path}")))
}
