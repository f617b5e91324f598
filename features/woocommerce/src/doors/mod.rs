//! Pages that the embedded shop has and that are the store's here: whoever comes to one is led there.

pub(crate) mod storefront;
