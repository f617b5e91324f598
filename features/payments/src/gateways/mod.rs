//! Which gateways are on.

pub(crate) mod cli;
pub(crate) mod model;
pub(crate) mod queries;
pub(crate) mod rest;
