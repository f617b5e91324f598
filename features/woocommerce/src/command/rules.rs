//! Which commands are forwarded, and who may give them.

use kernel::capability::{MANAGE_WOOCOMMERCE, OCART_MANAGE, OLOYALTY_MANAGE};

use crate::sign_in::model::WordPressUser;

/// First words and the capability of whoever is named with `--user`.
pub const FAMILIES: [(&str, &str); 3] =
    [("ocart", OCART_MANAGE), ("oloyalty", OLOYALTY_MANAGE), ("cartbay", MANAGE_WOOCOMMERCE)];

/// Why the command is not run, if it is not. Whoever works at the store's machine without naming a user may do everything.
#[must_use]
pub fn refusal(arguments: &[String], user: &WordPressUser) -> Option<String> {
    let first = arguments.first().map_or("", String::as_str);
    let Some((_, capability)) = FAMILIES.into_iter().find(|(word, _)| *word == first) else {
        return Some(format!("'{first}' is not forwarded. Use ocart, oloyalty or cartbay."));
    };
    let may = user.id.0 == 0 || user.capabilities.iter().any(|name| name == capability);
    (!may).then(|| format!("The user {} lacks the capability {capability}.", user.login))
}
