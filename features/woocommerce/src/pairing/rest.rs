//! `POST cartwright/v1/pair`: the store introduces itself.

use http::Method;
use kernel::Fault;
use runtime::Actor;
use web::{Call, Reply, Routes};

use super::commands::{self, Received};
use super::model::{Acquaintance, Introduction};
use super::rules;
use crate::calls::rest::NAMESPACE;

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::POST, NAMESPACE, "/pair")
        .summary("A store pairs with this server by a code that was made here.")
        .limit("wordpress pair", 30, 900)
        .body::<Introduction>()
        .replies::<Acquaintance>()
        .flow(pair);
}

async fn pair(call: Call) -> Result<Reply, Fault> {
    let caller: Introduction = call.body()?;
    match call.engine.write(Actor::system(), move |tx| commands::receive(tx, &caller)).await? {
        Received::Paired(acquaintance) => Ok(Reply::json(&acquaintance)),
        Received::Refused => Err(rules::wrong_code()),
    }
}
