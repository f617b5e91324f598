//! `POST cartwright/v1/command`.

use kernel::Fault;
use runtime::Actor;
use web::{Call, Reply, Routes};

use super::model::{Printed, RunCommand, Typed};
use super::rules;
use crate::calls::rest::{answer, signed};

pub(crate) fn routes(routes: &mut Routes) {
    signed(routes, "/command")
        .summary("The store forwards a command line.")
        .body::<Typed>()
        .replies::<Printed>()
        .flow(|call| answer(call, |call, _| run(call)));
}

async fn run(call: Call) -> Result<Reply, Fault> {
    let typed: Typed = call.body()?;
    if let Some(refusal) = rules::refusal(&typed.arguments, &typed.user) {
        let stderr = format!("Error: {refusal}\n");
        return Ok(Reply::json(&Printed { stdout: String::new(), stderr, exit_code: 1 }));
    }
    let work = call.engine.ask(RunCommand { arguments: typed.arguments });
    let printed = Actor::typing(typed.user.id, &call.caller.ip, work).await?;
    Ok(Reply::json(&printed))
}
