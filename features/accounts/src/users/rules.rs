//! What a login name, a password and a role may be, and what a role grants.

use std::collections::BTreeSet;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use kernel::{Fault, capability, text};

/// Roles there are, as WooCommerce has them.
pub const ROLES: [&str; 3] = ["administrator", "shop_manager", "customer"];

/// What roles grant. The administrator holds every capability; other roles inherit none of the specifications'.
#[must_use]
pub fn capabilities<'a>(roles: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let mut granted = BTreeSet::from([capability::READ.to_owned()]);
    for role in roles {
        match role {
            "administrator" => granted.extend(capability::ALL.iter().map(|name| (*name).to_owned())),
            "shop_manager" => {
                granted.insert(capability::MANAGE_WOOCOMMERCE.to_owned());
            }
            _ => {}
        }
    }
    granted
}

/// Of these names those that mean something here; everybody may read.
#[must_use]
pub fn known(names: &[String]) -> BTreeSet<String> {
    let known = names.iter().filter(|name| capability::ALL.contains(&name.as_str())).cloned();
    known.chain([capability::READ.to_owned()]).collect()
}

/// A login name: 1 to 60 characters of letters, digits, space, and `_ . - @`, or an email address.
pub fn login(text: &str) -> Result<String, Fault> {
    let login = text::line("user_login", text, 60)?;
    let allowed = |character: char| character.is_alphanumeric() || " _.-@".contains(character);
    if login.chars().all(allowed) || text::email("user_login", &login).is_ok() {
        Ok(login)
    } else {
        Err(Fault::invalid("user_login", "Use letters, digits, spaces, and _ . - @ only."))
    }
}

/// Characters of a login name, at most.
const LOGIN_LENGTH: usize = 60;

/// The login name of somebody who registers with an address: the address itself, or, where that is too long for a name,
/// its beginning with what tells it from others of the same beginning.
#[must_use]
pub fn login_of(email: &str) -> String {
    let normal = text::normal_email(email);
    if normal.chars().count() <= LOGIN_LENGTH {
        return normal;
    }
    let digest = kernel::hash::sha256(&normal);
    let beginning: String = normal.chars().filter(|character| *character != '@').take(47).collect();
    format!("{}-{}", beginning.replace(|character: char| !character.is_alphanumeric(), "."), &digest[..12])
}

/// A role that exists.
pub fn role(text: &str) -> Result<&'static str, Fault> {
    ROLES
        .into_iter()
        .find(|role| *role == text)
        .ok_or_else(|| Fault::invalid("role", format!("Use one of: {}.", ROLES.join(", "))))
}

/// A password: 8 to 200 characters.
pub fn password(text: &str) -> Result<&str, Fault> {
    match text.chars().count() {
        8..=200 => Ok(text),
        _ => Err(Fault::invalid("password", "Use 8 to 200 characters.")),
    }
}

/// The argon2id hash of a password in PHC form. Slow on purpose: call it outside of transactions.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, Fault> {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|_| Fault::bug("a password could not be hashed"))
}

/// Is this the password behind the hash? Slow on purpose: call it outside of transactions.
#[must_use]
pub fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}
