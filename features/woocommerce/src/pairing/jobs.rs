//! The store is asked once an hour what it is.

use kernel::Fault;
use runtime::{Actor, Engine, Schedule};

use super::commands;
use crate::calls::queries;

pub(crate) fn hello() -> Schedule {
    Schedule::new(
        "cartwright/wordpress/hello",
        3600,
        "Asks the store for its versions, currency and hooked names",
        |engine| async move { greet_if_paired(&engine).await },
    )
}

async fn greet_if_paired(engine: &Engine) -> Result<(), Fault> {
    if !engine.read(queries::site).await?.is_paired() {
        return Ok(());
    }
    commands::greet(engine, Actor::system()).await.map(drop)
}
