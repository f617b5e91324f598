//! What a letter says and shows.

use serde::Serialize;

/// Words of one template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wording {
    pub(crate) subject: &'static str,
    pub(crate) preheader: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) body: &'static str,
    pub(crate) button: &'static str,
}

/// What the templates of the letter see. Texts only, ready to show.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LetterContext {
    pub(crate) shop: String,
    pub(crate) shop_address: String,
    pub(crate) postal_address: String,
    pub(crate) subject: String,
    pub(crate) preheader: String,
    pub(crate) heading: String,
    pub(crate) body: String,
    pub(crate) button: String,
    pub(crate) lines: Vec<ShownLine>,
    pub(crate) more: usize,
    pub(crate) total: String,
    pub(crate) restore_url: String,
    pub(crate) unsubscribe_url: String,
    pub(crate) coupon_code: String,
}

/// What the templates of an account's email see. Texts only, ready to show.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AccountContext {
    pub(crate) shop: String,
    pub(crate) shop_address: String,
    pub(crate) postal_address: String,
    pub(crate) subject: String,
    pub(crate) heading: String,
    pub(crate) body: String,
    pub(crate) button: String,
    pub(crate) link_url: String,
    pub(crate) footnote: String,
}

/// A row of the letter.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ShownLine {
    pub(crate) name: String,
    pub(crate) quantity: i64,
    pub(crate) total: String,
    /// Whole address, or empty.
    pub(crate) image: String,
    /// Whole address, or empty.
    pub(crate) address: String,
}
