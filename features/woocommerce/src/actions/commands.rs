//! Sending what waits.

use kernel::Fault;
use runtime::{Actor, Engine};
use serde::Deserialize;
use serde_json::{Value, json};

use super::store::{self, Waiting};
use crate::calls::store as calls;
use crate::link::TheLink;

#[derive(Deserialize)]
struct Done {
    done: Vec<String>,
}

/// Sends everything that waits and is due, oldest first. What is not done is tried again later.
pub async fn send(engine: &Engine) -> Result<(), Fault> {
    loop {
        let taken = engine
            .write(Actor::system(), |tx| {
                let site = calls::site(tx)?;
                if site.is_paired() { store::take(tx, &site.site) } else { Ok(Vec::new()) }
            })
            .await?;
        if taken.is_empty() {
            return Ok(());
        }
        match send_batch(engine, &taken).await {
            Ok(done) => {
                if !settle(engine, taken, done).await? {
                    return Ok(());
                }
            }
            Err(fault) => {
                let problem = fault.message.clone();
                engine
                    .write(Actor::system(), move |tx| {
                        taken.first().map_or(Ok(()), |first| store::postpone(tx, first, &problem))
                    })
                    .await?;
                return Err(fault);
            }
        }
    }
}

async fn send_batch(engine: &Engine, taken: &[Waiting]) -> Result<Vec<String>, Fault> {
    let actions: Vec<Value> = taken
        .iter()
        .map(
            |waiting| json!({ "id": waiting.event_id, "name": waiting.name, "arguments": waiting.arguments }),
        )
        .collect();
    let link = engine.ask(TheLink).await?;
    let body = json!({ "actions": actions });
    let answer: Done = link.call("actions", &body, link.patience().write).await?;
    Ok(answer.done)
}

/// Takes what is done out of the queue. True when everything was: there may be more.
async fn settle(engine: &Engine, taken: Vec<Waiting>, done: Vec<String>) -> Result<bool, Fault> {
    engine
        .write(Actor::system(), move |tx| {
            let (done, left): (Vec<_>, Vec<_>) =
                taken.iter().partition(|waiting| done.contains(&waiting.event_id));
            done.iter().try_for_each(|waiting| store::done(tx, waiting.id))?;
            if let Some(first) = left.first() {
                store::postpone(tx, first, "the store did not do it")?;
            }
            Ok(left.is_empty())
        })
        .await
}
