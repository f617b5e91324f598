//! A checkout that another program shows: the funnel gives it bumps and what comes after the payment.
//!
//! 1. The shop of record keeps its carts and takes the payment; it tells the cart with every question.
//! 2. Prices are computed here, from the cart as the shop's server tells it, never from what a browser sends.
//! 3. A funnel that is gone or switched off adds nothing; the shop's checkout is then as it is without us.

pub(crate) mod commands;
pub(crate) mod queries;
