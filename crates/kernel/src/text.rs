//! Text as people and e-mail addresses write it.

use crate::fault::Fault;
use crate::hash;

/// A URL slug: lower case, letters and digits, single dashes.
#[must_use]
pub fn slug(title: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    for character in title.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            slug.push(character);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// An e-mail address in the form that is compared and hashed: trimmed, lower case.
#[must_use]
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Checks the shape of an address (one `@`, something on both sides, a point in the domain, no blanks, at most 254
/// characters) and gives it trimmed, case kept.
pub fn email(field: &str, text: &str) -> Result<String, Fault> {
    let trimmed = text.trim();
    let plausible = trimmed.len() <= 254
        && !trimmed.chars().any(|character| character.is_whitespace() || character.is_control())
        && !trimmed.contains(['<', '>', '"', '(', ')', ',', ';', ':', '\\'])
        && trimmed.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.len() <= 64
                && !domain.contains('@')
                && domain.split('.').count() >= 2
                && domain
                    .split('.')
                    .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
        });
    if plausible {
        Ok(trimmed.to_owned())
    } else {
        Err(Fault::invalid(field, "Enter an e-mail address such as name@example.com."))
    }
}

/// SHA-256 of the normal form: groups a shopper's sessions without storing the address.
#[must_use]
pub fn email_hash(email: &str) -> String {
    hash::sha256(normal_email(email))
}

/// `name@example.com` as `n***@example.com`, for pages and logs that must not show it whole.
#[must_use]
pub fn masked_email(email: &str) -> String {
    match email.split_once('@') {
        Some((local, domain)) => format!("{}***@{domain}", local.chars().next().unwrap_or('*')),
        None => "***".to_owned(),
    }
}

/// A required line of text: trimmed, not empty, at most `longest` characters, no control characters.
pub fn line(field: &str, text: &str, longest: usize) -> Result<String, Fault> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Fault::invalid(field, "This field is required."));
    }
    optional_line(field, trimmed, longest)
}

/// As [`line`], but may be empty.
pub fn optional_line(field: &str, text: &str, longest: usize) -> Result<String, Fault> {
    let trimmed = text.trim();
    if trimmed.chars().count() > longest {
        return Err(Fault::invalid(field, format!("Use at most {longest} characters.")));
    }
    if trimmed.chars().any(char::is_control) {
        return Err(Fault::invalid(field, "Use a single line without control characters."));
    }
    Ok(trimmed.to_owned())
}
