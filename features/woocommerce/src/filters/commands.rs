//! Asking the store.

use kernel::Fault;
use runtime::Tx;
use runtime::outside::{Outside, Question};
use serde_json::{Value, json};

use crate::calls::store;
use crate::link::Link;

/// The store as the outside of the filters.
#[must_use]
pub fn outside(link: Link) -> Outside {
    Outside::new(hooked, move |_, question| {
        let link = link.clone();
        async move { ask(&link, question).await }
    })
}

/// Names that something is hooked into in the paired store.
pub fn hooked(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let site = store::site(tx)?;
    Ok(if site.is_paired() { site.hooked } else { Vec::new() })
}

/// The store's answer, if there is one in time.
async fn ask(link: &Link, question: Question) -> Option<Value> {
    let patience = link.patience().filter;
    let body = json!({ "name": question.name, "value": question.value, "context": question.context });
    let call = link.call::<Value>("filters", &body, patience);
    // All in all: a second call under another key has no patience of its own.
    match tokio::time::timeout(patience, call).await {
        Ok(Ok(answer)) => answer.get("value").cloned(),
        Ok(Err(fault)) => {
            tracing::warn!(
                filter = question.name,
                code = fault.code,
                "the store was not asked; the value stays"
            );
            None
        }
        Err(_) => {
            tracing::warn!(filter = question.name, "the store did not answer in time; the value stays");
            None
        }
    }
}
