//! `cartwright route list`: every address, and who may call it.

use serde::Serialize;
use web::routes::Face;
use web::{Access, Output, Route};

use crate::configuration::Configuration;

#[derive(Serialize)]
struct Row {
    method: String,
    path: String,
    face: &'static str,
    access: &'static str,
    capability: &'static str,
    limit: String,
}

impl From<&Route> for Row {
    fn from(route: &Route) -> Self {
        let (prefix, face) = match route.face {
            Face::Rest => ("/wp-json", "rest"),
            Face::Page => ("", "page"),
            Face::Plain => ("", "plain"),
        };
        let access = match route.access {
            Access::Public => "public",
            Access::Shopper => "shopper",
            Access::LoggedIn => "logged_in",
            Access::Capability(_) => "capability",
            Access::ShopperOr(_) => "shopper_or_capability",
            Access::Signed => "signed",
        };
        let limit = route.limit.map(|limit| format!("{} {}/{}s", limit.bucket, limit.calls, limit.seconds));
        Self {
            method: route.method.to_string(),
            path: format!("{prefix}{}", route.path),
            face,
            access,
            capability: route.access.capability().unwrap_or_default(),
            limit: limit.unwrap_or_default(),
        }
    }
}

/// Lists the routes in order of their addresses. Needs no database.
#[must_use]
pub fn run(configuration: &Configuration) -> Output {
    let mut rows: Vec<Row> =
        web::every_route(&crate::features::of(configuration)).all.iter().map(Row::from).collect();
    rows.sort_by(|left, right| (&left.path, &left.method).cmp(&(&right.path, &right.method)));
    Output::rows(&["method", "path", "face", "access", "capability", "limit"], &rows)
}
