//! A WooCommerce as the shop of record, through the plugin in `connector/`. The contract of both sides is
//! `docs/connector.md`.
//!
//! Invariants: a call is taken once; one server serves one store; an announcement is kept before it is answered, and what is
//! computed comes from the order's present state; what the store writes under a key is written once.

pub mod calls;
pub mod host;
pub mod link;
pub mod migrations;
pub mod refusals;
pub mod transport;
pub mod transport_http;

pub use host::WooCommerceHost;
pub use link::{Link, Patience, TheLink};
use runtime::Module;
pub use transport_http::HttpTransport;
use web::Feature;

/// The manifest, without the link: what there is whether a store is named or not.
#[must_use]
pub fn feature() -> Feature {
    let mut module = Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.schedules = vec![calls::jobs::prune()];
    Feature {
        name: "woocommerce",
        module,
        routes: Some(|routes| {
            calls::rest::routes(routes);
        }),
        ..Feature::default()
    }
}

/// Hands the link to whoever asks for [`TheLink`].
#[must_use]
pub fn linked(link: Link) -> Module {
    let mut module = Module::default();
    module.requests(move |requests| {
        requests.answer(move |_, _: TheLink| {
            let link = link.clone();
            async move { Ok(link) }
        });
    });
    module
}
