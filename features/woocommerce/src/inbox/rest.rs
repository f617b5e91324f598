//! `POST cartwright/v1/events`: the store announces.

use web::{Reply, Routes};

use super::commands;
use super::model::{Accepted, Batch};
use crate::calls::rest::{answer_unit, signed};

pub(crate) fn routes(routes: &mut Routes) {
    signed(routes, "/events")
        .summary("The store announces what has changed.")
        .body::<Batch>()
        .replies::<Accepted>()
        .flow(|call| {
            answer_unit(call, |call, site, tx| {
                let batch: Batch = call.body()?;
                Ok(Reply::json(&commands::accept(tx, &site.site, &batch)?))
            })
        });
}
