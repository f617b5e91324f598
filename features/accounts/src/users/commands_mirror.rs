//! Accounts of WordPress's users, under their own ids.

use kernel::contracts::accounts::{Account, MirrorAccount};
use kernel::{Fault, text};
use runtime::{Actor, Engine, Tx};

use super::{queries, rules, store};

/// Answers [`MirrorAccount`].
pub async fn mirror_account(engine: Engine, request: MirrorAccount) -> Result<Account, Fault> {
    let user = engine.write(Actor::system(), move |tx| mirror(tx, &request)).await?;
    Ok(queries::account(&user))
}

fn mirror(tx: &mut Tx, request: &MirrorAccount) -> Result<super::model::User, Fault> {
    if !(1..store::OWN_IDS).contains(&request.id.0) {
        return Err(Fault::invalid("id", "Give the WordPress user's id."));
    }
    if store::by_id(tx, request.id)?.is_some_and(|there| there.capabilities.is_none()) {
        store::move_away(tx, request.id)?;
    }
    let mut user = store::fresh(tx.now());
    user.id = request.id;
    user.user_email = text::email("email", &request.email)?;
    user.user_login = text::line("login", &request.login, 60)?;
    user.display_name = text::optional_line("display_name", &request.display_name, 250)?;
    if user.display_name.is_empty() {
        user.display_name = user.user_login.clone();
    }
    user.capabilities = Some(rules::known(&request.capabilities).into_iter().collect());
    let mut email_normal = text::normal_email(&user.user_email);
    if store::is_taken(tx, &user.user_login, &email_normal, user.id)? {
        // An account of this server has the name: it keeps it, and with it the login by password.
        user.user_login = format!("wordpress:{}", user.id);
        email_normal = format!("wordpress:{}", user.id);
    }
    store::mirror(tx, &user, &email_normal)?;
    queries::get(tx, user.id)
}

/// Where a WordPress has the users: accounts of this server get ids that none of them has. Gives how many were moved.
pub fn make_room(tx: &mut Tx) -> Result<usize, Fault> {
    let accounts = store::in_the_way(tx)?;
    accounts.iter().try_for_each(|id| store::move_away(tx, *id))?;
    Ok(accounts.len())
}
