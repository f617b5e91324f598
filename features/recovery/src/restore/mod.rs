//! Restore links: a mail brings its shopper back to the cart, on any device.
//!
//! 1. The link's token is kept as a hash, with its end. Following it uses nothing up, so that mail scanners, which follow
//!    every link, do no harm.
//! 2. A cart that still stands as it was is only opened; one that is gone or emptied is built anew at today's prices.
//! 3. The shopper goes to the checkout with a notice of what has changed.

pub(crate) mod commands;
pub(crate) mod storefront;
