//! Who is behind a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Fault, FaultKind};
use runtime::Tx;
use runtime::engine::Surroundings;
use web::{Credentials, CurrentUser, LoginSession};

use super::{commands, store};
use crate::application_passwords;
use crate::users;
use crate::users::model::User;

/// The account behind credentials; `None` when none are shown, 401 when they are wrong.
pub fn authenticate(
    tx: &mut Tx,
    credentials: &Credentials,
) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    if let Some((login, password)) = shown_password(credentials) {
        return with_password(tx, &login, &password).map(|user| Some((current(&user), None)));
    }
    if let Some(key) = parameter(credentials, "oauth_consumer_key") {
        return with_signature(tx, credentials, key).map(|user| Some((current(&user), None)));
    }
    let Some(cookie) = &credentials.session_cookie else { return Ok(None) };
    let token_hash = commands::token_hash(cookie);
    let Some(id) = store::user_of(tx, &token_hash)? else { return Ok(None) };
    let user = users::queries::get(tx, id)?;
    Ok(Some((current(&user), Some(LoginSession { token_hash }))))
}

fn current(user: &User) -> CurrentUser {
    CurrentUser {
        id: user.id,
        login: user.user_login.clone(),
        display_name: user.display_name.clone(),
        email: user.user_email.clone(),
        roles: user.role_names().map(str::to_owned).collect(),
        capabilities: match &user.capabilities {
            Some(names) => users::rules::known(names),
            None => users::rules::capabilities(user.role_names()),
        },
    }
}

fn parameter<'a>(credentials: &'a Credentials, name: &str) -> Option<&'a str> {
    credentials.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Login and password from `Authorization: Basic`, or from WooCommerce's query keys.
fn shown_password(credentials: &Credentials) -> Option<(String, String)> {
    let header = credentials.authorization.as_deref().unwrap_or_default();
    if let Some(("Basic" | "basic", encoded)) = header.split_once(' ') {
        let text = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = text.unwrap_or_default();
        let (login, password) = pair.split_once(':').unwrap_or((&pair, ""));
        return Some((login.to_owned(), password.to_owned()));
    }
    let key = parameter(credentials, "consumer_key")?;
    Some((key.to_owned(), parameter(credentials, "consumer_secret").unwrap_or_default().to_owned()))
}

fn wrong() -> Fault {
    Fault::new(
        FaultKind::Unauthenticated,
        "incorrect_password",
        "The login name and application password do not go together.",
    )
}

fn with_password(tx: &mut Tx, login: &str, password: &str) -> Result<User, Fault> {
    let user = users::queries::find(tx, login).map_err(|_| wrong())?;
    if application_passwords::store::holds(tx, user.id, password)? { Ok(user) } else { Err(wrong()) }
}

/// One-legged OAuth 1.0a, which WooCommerce's clients use over plain http: the key is the login name, the secret an
/// application password.
fn with_signature(tx: &mut Tx, credentials: &Credentials, key: &str) -> Result<User, Fault> {
    use application_passwords::rules;
    let refused = |message: &str| {
        Fault::new(FaultKind::Unauthenticated, "woocommerce_rest_authentication_error", message)
    };
    let time: i64 = parameter(credentials, "oauth_timestamp").and_then(|text| text.parse().ok()).unwrap_or(0);
    if (tx.now().unix() - time).abs() > rules::SIGNATURE_SECONDS {
        return Err(refused("Invalid timestamp: the request is too old, or a clock is wrong."));
    }
    // One answer for a key that is nobody's and for a signature that is wrong: keys are login names.
    let mismatch = || refused("Invalid signature - provided signature does not match.");
    let user = users::queries::find(tx, key).map_err(|_| mismatch())?;
    let shown = parameter(credentials, "oauth_signature").unwrap_or_default();
    let method = parameter(credentials, "oauth_signature_method").unwrap_or_default();
    let base = rules::signature_base(&credentials.method, &credentials.url, &credentials.query);
    let sealing = tx.secret()?.derive(application_passwords::commands::SEAL);
    let signed = application_passwords::store::of_user(tx, user.id)?
        .iter()
        .filter_map(|password| runtime::signing::unseal(&sealing, &password.sealed))
        .filter_map(|secret| rules::signature(method, &secret, &base))
        .any(|signature| kernel::hash::same(&signature, shown));
    if !signed {
        return Err(mismatch());
    }
    let nonce = parameter(credentials, "oauth_nonce").unwrap_or_default();
    if nonces::take(user.id, nonce, &credentials.request, tx.now()) {
        Ok(user)
    } else {
        Err(refused("Invalid nonce - nonce has already been used."))
    }
}

/// Nonces of signed requests, for as long as their time stamps are good. Each server remembers its own.
mod nonces {
    use std::collections::HashMap;
    use std::sync::{LazyLock, Mutex, PoisonError};

    use kernel::Moment;
    use kernel::ids::UserId;

    use crate::application_passwords::rules::SIGNATURE_SECONDS;

    /// Nonces after which the oldest are looked through.
    const MANY: usize = 10_000;

    type Taken = HashMap<(UserId, String), (String, Moment)>;
    static TAKEN: LazyLock<Mutex<Taken>> = LazyLock::new(Mutex::default);

    /// True for the request that shows a nonce first, however often its transaction is run.
    pub(super) fn take(user: UserId, nonce: &str, request: &str, now: Moment) -> bool {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let good = |moment: Moment| now.seconds_since(moment).abs() <= 2 * SIGNATURE_SECONDS;
        if taken.len() >= MANY {
            taken.retain(|_, (_, moment)| good(*moment));
        }
        let key = (user, nonce.to_owned());
        match taken.get(&key) {
            Some((first, moment)) if good(*moment) && first != request => false,
            _ => {
                taken.insert(key, (request.to_owned(), now));
                true
            }
        }
    }

    #[test]
    fn a_nonce_is_one_requests() {
        let now = Moment::from_unix(1_000_000);
        let ada = UserId(7_001);
        assert!(take(ada, "n1", "first", now));
        assert!(take(ada, "n1", "first", now), "its transaction is run again");
        assert!(!take(ada, "n1", "second", now.plus_seconds(SIGNATURE_SECONDS)));
        assert!(take(UserId(7_002), "n1", "second", now), "another's");
        assert!(take(ada, "n2", "second", now));
        assert!(
            take(ada, "n1", "third", now.plus_seconds(2 * SIGNATURE_SECONDS + 1)),
            "its time stamp is long past"
        );
    }
}
