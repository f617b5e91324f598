//! The bank's question of the test gateway, on a page of ours. The page is there only where that gateway is on; whoever
//! knows the payment's id may answer, as with a bank's own page.

pub(crate) mod storefront;
