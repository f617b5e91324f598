//! `/admin/users`: who has an account.

use http::Method;
use kernel::capability;
use web::{Reply, Routes, Template, context};

use super::queries;

/// Templates of the slice.
pub const TEMPLATES: &[Template] = &[("accounts/users.html", include_str!("pages/users.html"))];

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/admin/users").requires(capability::CREATE_USERS).read(|call, tx| {
        let mut paging = call.paging(&queries::ORDER_COLUMNS)?;
        paging.per_page = 50;
        let page = queries::list(tx, &paging)?;
        let zone = call.engine.zone().to_owned();
        let users: Vec<minijinja::Value> = page
            .rows
            .iter()
            .map(|user| {
                context! {
                    id => user.id.0, login => user.user_login, email => user.user_email, name => user.display_name,
                    roles => user.roles, registered => user.user_registered.display(&zone),
                }
            })
            .collect();
        Ok(Reply::page(
            "accounts/users.html",
            context! { users => users, total => page.total, search => paging.search, page => paging.page,
                       pages => (page.total + 49) / 50 },
        ))
    });
}
