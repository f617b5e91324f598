//! Composed mail, as recovery asks messaging for it.

use serde::{Deserialize, Serialize};

use crate::Request;
use crate::money::Money;

/// Templates a recovery step may name. Messaging has their wording.
pub const RECOVERY_TEMPLATES: [&str; 3] = ["cart_nudge_1", "cart_nudge_2", "cart_nudge_3"];

/// A product row of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterLine {
    /// Name with the variation's values.
    pub name: String,
    /// Units.
    pub quantity: i64,
    /// Line total for people, such as `$24.00`.
    pub total: String,
    /// Picture address, with or without the host; may be empty.
    pub image: String,
    /// Address of the product's page, with or without the host; may be empty.
    pub address: String,
}

/// Puts a recovery letter together; nothing is sent.
#[derive(Debug, Clone)]
pub struct ComposeLetter {
    /// One of [`RECOVERY_TEMPLATES`].
    pub template: String,
    /// Recipient.
    pub to: String,
    /// What is in the cart.
    pub lines: Vec<LetterLine>,
    /// What the cart comes to.
    pub total: Money,
    /// Where the button leads.
    pub restore_url: String,
    /// Where the unsubscribe link and the one-click header lead.
    pub unsubscribe_url: String,
    /// Coupon to show, if any.
    pub coupon_code: Option<String>,
}

/// A composed letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Sender address.
    pub from: String,
    /// Sender name.
    pub from_name: String,
    /// Subject, one line.
    pub subject: String,
    /// Plain-text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// `List-Unsubscribe` and its like.
    pub headers: Vec<(String, String)>,
}

/// Puts the email with the link for a new password together; nothing is sent.
#[derive(Debug, Clone)]
pub struct ComposePasswordReset {
    /// The account's name, for the salutation.
    pub name: String,
    /// Where the button leads.
    pub link_url: String,
    /// Minutes for which the link is good.
    pub good_minutes: i64,
}

impl Request for ComposePasswordReset {
    const NAME: &'static str = "messaging/compose_password_reset";
    type Reply = Letter;
}

impl Request for ComposeLetter {
    const NAME: &'static str = "messaging/compose_letter";
    type Reply = Letter;
}
