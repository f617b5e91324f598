//! `/admin-sign-in/{token}`: from WordPress into the admin.

use http::Method;
use kernel::contracts::accounts::OpenLogin;
use kernel::{Fault, FaultKind};
use runtime::Actor;
use web::{Call, Reply, Routes};

use super::{rules, store};

/// The login's cookie, as the web reads it.
const COOKIE: &str = "cartwright_session";

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/admin-sign-in/{token}").limit("sign_in", 60, 60).flow(enter);
}

async fn enter(call: Call) -> Result<Reply, Fault> {
    let (engine, token) = (call.engine.clone(), call.parameter("token").to_owned());
    let ticket = engine.write(Actor::system(), move |tx| store::take(tx, &token)).await?;
    let Some(ticket) = ticket else {
        return Err(Fault::new(
            FaultKind::Forbidden,
            "cartwright_sign_in",
            "This address was used before, or is older than a minute. Open the page in WordPress again.",
        ));
    };
    let login = OpenLogin {
        user_id: ticket.user_id,
        days: rules::LOGIN_DAYS,
        user_agent: call.user_agent(),
        ip: call.caller.ip.clone(),
    };
    let token = engine.ask(login).await?;
    let secure = engine.public_url().starts_with("https");
    Ok(Reply::redirect(&ticket.path).cookie(COOKIE, &token, rules::LOGIN_DAYS * 86_400, secure))
}
