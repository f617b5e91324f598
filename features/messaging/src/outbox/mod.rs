//! The built-in outbox: without a mail server, mails are kept here, to be read in the admin.
//!
//! 1. A mail is stored under its key; the same key again changes nothing.
//! 2. The admin lists and shows them; the HTML part in a sandboxed frame.
//! 3. After thirty days they are deleted.

pub(crate) mod admin;
pub mod commands;
pub(crate) mod jobs;
pub(crate) mod on_person_erased;
pub(crate) mod store;
#[cfg(test)]
mod tests;
