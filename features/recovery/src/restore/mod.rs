//! Restore links: an email brings its shopper back to the cart, on any device.
//!
//! 1. The link's token is kept as a hash, with its end. Following it uses nothing up and counts for nothing, so that mail
//!    scanners, which follow every link, do no harm. Who says that he only fetches ahead, or is known to scan, is shown
//!    what is in the cart, with a button.
//! 2. A browser that still has the cart goes on with it. Any other gets what was left in a cart of its own, at today's
//!    prices: items and the email address, nothing else that was typed elsewhere.
//! 3. The shopper goes to the checkout with a notice of what has changed. The page there tells that somebody is looking at
//!    it (`POST ocart/v1/checkout/restored`, or any form that captures): that is the click.

pub(crate) mod commands;
pub(crate) mod storefront;
