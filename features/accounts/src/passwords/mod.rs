//! Forgotten and changed passwords, and ending every login of an account.
//!
//! 1. Whoever asks for a reset is told the same whether there is such an account or not; a job emails the link.
//! 2. The link's token is kept as a hash, works once and for an hour.
//! 3. A new password ends every login of the account; the browser that changed it is logged in anew.

pub(crate) mod commands;
pub(crate) mod jobs;
pub(crate) mod store;
pub(crate) mod storefront;
