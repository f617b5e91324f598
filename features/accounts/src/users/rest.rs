//! `wp/v2/users` in short: who am I, list, make, delete.

use http::Method;
use kernel::capability;
use kernel::ids::UserId;
use web::{Access, Call, Deleted, Reply, Routes};

use super::commands::{self, CreateUser};
use super::model::User;
use super::queries;

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wp/v2", "/users/me")
        .summary("The account that is calling.")
        .access(Access::LoggedIn)
        .replies::<User>()
        .read(|call, tx| Ok(Reply::json(&queries::get(tx, call.caller.user()?.id)?)));
    routes
        .rest(Method::GET, "wp/v2", "/users")
        .summary("Accounts.")
        .requires(capability::CREATE_USERS)
        .paged()
        .replies::<Vec<User>>()
        .read(|call, tx| {
            let paging = call.paging(&queries::ORDER_COLUMNS)?;
            Ok(Reply::list(&queries::list(tx, &paging)?, &paging))
        });
    routes
        .rest(Method::POST, "wp/v2", "/users")
        .summary("Make an account.")
        .requires(capability::CREATE_USERS)
        .body::<CreateUser>()
        .replies::<User>()
        .status(201)
        .flow(|call: Call| async move {
            let user = commands::create_user(&call.engine, call.caller.actor(), call.body()?).await?;
            Ok(Reply::created(&user))
        });
    routes
        .rest(Method::DELETE, "wp/v2", "/users/{id}")
        .summary("Delete an account.")
        .requires(capability::CREATE_USERS)
        .replies::<Deleted<User>>()
        .unit(|call, tx| {
            let id: UserId = call.id("id")?;
            let user = queries::get(tx, id)?;
            commands::delete_user(tx, id, false)?;
            Ok(Reply::deleted(user))
        });
}
