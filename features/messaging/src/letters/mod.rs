//! Letters: the wording and the look of recovery mail.
//!
//! 1. Recovery asks for a letter by the name of its template.
//! 2. Sender and shop name come from the settings; the postal address stands at the foot.
//! 3. The answer has a text and an HTML part, and the headers for unsubscribing with one click.

pub(crate) mod model;
pub(crate) mod queries;
pub(crate) mod rules;
#[cfg(test)]
mod tests;
