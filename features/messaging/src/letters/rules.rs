//! Pure decisions about letters: their words, addresses and headers.

use kernel::contracts::messaging::{ComposeLetter, ComposePasswordReset, LetterLine};

use super::model::{AccountContext, LetterContext, ShownLine, Wording};

/// Rows a letter shows; the rest is counted.
const LINES_SHOWN: usize = 8;

/// The words of a template, or nothing for an unknown one. `{shop}` stands for the shop's name.
pub(crate) fn wording(template: &str) -> Option<Wording> {
    match template {
        "cart_nudge_1" => Some(Wording {
            subject: "Your cart at {shop} is still here",
            preheader: "Everything is as you left it. Pick up where you stopped.",
            heading: "Still thinking it over?",
            body: "We have kept your cart just as you left it. One click brings it back, on any device.",
            button: "Return to your cart",
        }),
        "cart_nudge_2" => Some(Wording {
            subject: "Shall we keep your cart at {shop}?",
            preheader: "What you chose is still waiting for you.",
            heading: "Your cart is waiting",
            body: "If something held you up, just reply to this mail and we will help. Otherwise your cart is one click away.",
            button: "Continue your order",
        }),
        "cart_nudge_3" => Some(Wording {
            subject: "Last reminder: your cart at {shop}",
            preheader: "This is the last time we write about this cart.",
            heading: "One last reminder",
            body: "This is the last time we write about this cart. What is in stock today may be gone tomorrow.",
            button: "See your cart",
        }),
        _ => None,
    }
}

/// Text on one line, for a subject or a sender's name.
pub(crate) fn one_line(text: &str) -> String {
    text.split(char::is_control).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// An address with its host; what is no web address is left out.
pub(crate) fn whole_address(public_url: &str, address: &str) -> String {
    if address.starts_with("https://") || address.starts_with("http://") {
        address.to_owned()
    } else if address.starts_with('/') && !address.starts_with("//") {
        format!("{public_url}{address}")
    } else {
        String::new()
    }
}

fn shown(public_url: &str, line: &LetterLine) -> ShownLine {
    ShownLine {
        name: line.name.clone(),
        quantity: line.quantity,
        total: line.total.clone(),
        image: whole_address(public_url, &line.image),
        address: whole_address(public_url, &line.address),
    }
}

/// What the letter shows.
pub(crate) fn context(
    wording: Wording,
    request: &ComposeLetter,
    shop: &str,
    postal_address: &str,
    public_url: &str,
) -> LetterContext {
    LetterContext {
        shop: shop.to_owned(),
        shop_address: public_url.to_owned(),
        postal_address: postal_address.to_owned(),
        subject: one_line(&wording.subject.replace("{shop}", shop)),
        preheader: wording.preheader.to_owned(),
        heading: wording.heading.to_owned(),
        body: wording.body.to_owned(),
        button: wording.button.to_owned(),
        lines: request.lines.iter().take(LINES_SHOWN).map(|line| shown(public_url, line)).collect(),
        more: request.lines.len().saturating_sub(LINES_SHOWN),
        total: request.total.display(),
        restore_url: request.restore_url.clone(),
        unsubscribe_url: request.unsubscribe_url.clone(),
        coupon_code: request.coupon_code.clone().unwrap_or_default(),
    }
}

/// Unsubscribing from the reader's own mail program, with one click (RFC 8058).
pub(crate) fn headers(unsubscribe_url: &str) -> Vec<(String, String)> {
    vec![
        ("List-Unsubscribe".to_owned(), format!("<{unsubscribe_url}>")),
        ("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned()),
    ]
}

/// What the email with the link for a new password shows.
pub(crate) fn password_reset(
    request: &ComposePasswordReset,
    shop: &str,
    postal_address: &str,
    public_url: &str,
) -> AccountContext {
    AccountContext {
        shop: shop.to_owned(),
        shop_address: public_url.to_owned(),
        postal_address: postal_address.to_owned(),
        subject: one_line(&format!("Set a new password for {shop}")),
        heading: "Set a new password".to_owned(),
        body: format!(
            "Hello {}, somebody asked for a new password for your account. The link works once, within {} minutes.",
            one_line(&request.name),
            request.good_minutes
        ),
        button: "Set a new password".to_owned(),
        link_url: request.link_url.clone(),
        footnote: "If it was not you, ignore this email: your password stays as it is.".to_owned(),
    }
}
