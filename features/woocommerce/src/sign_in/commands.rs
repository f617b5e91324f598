//! Making an address that signs in.

use kernel::contracts::accounts::MirrorAccount;
use kernel::{Fault, FaultKind};
use runtime::{Actor, Engine};

use super::model::{SignIn, SignInAddress, Ticket};
use super::{rules, store};

/// The address for a user and a page. 400 for a page outside of the admin, 403 for nobody.
pub async fn sign_in(engine: &Engine, request: SignIn) -> Result<SignInAddress, Fault> {
    if !rules::is_admin_page(&request.path) {
        return Err(Fault::invalid("path", "Give the path of a page of the admin, such as /admin/ocart."));
    }
    let user = request.user;
    if user.id.0 <= 0 {
        return Err(Fault::new(FaultKind::Forbidden, "rest_forbidden", "Only a WordPress user signs in."));
    }
    let account = MirrorAccount {
        id: user.id,
        login: user.login,
        email: user.email,
        display_name: user.display_name,
        capabilities: user.capabilities,
    };
    let account = engine.ask(account).await?;
    let token = engine.entropy().alphanumeric(48);
    let url = format!("{}/admin-sign-in/{token}", engine.public_url());
    let ticket = Ticket { user_id: account.id, path: request.path };
    engine
        .write(Actor::system(), move |tx| {
            store::prune(tx)?;
            store::add(tx, &token, &ticket)
        })
        .await?;
    Ok(SignInAddress { url })
}
