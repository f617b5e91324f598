//! The kit of every face: routes with their capability, schema and replay; WordPress-shaped errors; pages; OpenAPI;
//! and the command line in WP-CLI's manner.
//!
//! A feature hands in a [`Feature`]; [`server::router`] turns all of them into one axum router. Handlers are plain
//! functions: `fn(&Call, &mut Tx) -> Result<Reply, Fault>` for a unit or a read, `async fn(Call) -> …` for a flow.

pub mod access;
pub mod assets;
pub mod call;
pub mod caller;
pub mod command;
pub mod feature;
pub mod form;
pub mod headers;
pub mod limit;
mod listener;
pub mod openapi;
pub mod output;
pub mod parameters;
pub mod render;
pub mod reply;
pub mod routes;
pub mod server;

pub use access::Access;
pub use call::{Body, Call};
pub use caller::{Authenticator, Caller, Credentials, CurrentUser, LoginSession};
pub use command::{Arguments, Command};
pub use feature::{Feature, Fragment, FragmentSlot, FramedBy, Layout, MenuItem};
pub use form::Form;
pub use http::Method;
pub use limit::Limit;
pub use listener::{Bounds, listen};
pub use minijinja::context;
pub use output::{Format, Output};
pub use render::{Renderer, Template};
pub use reply::{Deleted, Reply, ReplyBody};
pub use routes::{CHANGES, Route, Routes};
pub use server::{ServerOptions, every_route, router};

/// A text as a part of an address: everything but letters and digits in its percent form.
#[must_use]
pub fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
