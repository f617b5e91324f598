//! What others ask about payments.

use kernel::Fault;
use kernel::contracts::payments::{CASH_ON_DELIVERY, SavedMethod, SavedMethodSnapshot};
use kernel::ids::OrderId;
use runtime::Engine;

use super::store;

/// Answers [`SavedMethod`]: the newest method saved with the order, when its gateway is on and charges in one click.
pub(crate) async fn saved_method(
    engine: Engine,
    request: SavedMethod,
) -> Result<Option<SavedMethodSnapshot>, Fault> {
    let method = engine.read(move |tx| store::method(tx, request.order_id)).await?;
    let usable = |gateway: &str| engine.gateway(gateway).is_ok_and(runtime::ports::Gateway::one_click);
    match method.map(|method| method.snapshot) {
        Some(snapshot) => Ok(Some(snapshot).filter(|snapshot| usable(&snapshot.gateway))),
        None => Ok(is_paid_on_delivery(&engine, request.order_id).await?.then(|| SavedMethodSnapshot {
            gateway: CASH_ON_DELIVERY.to_owned(),
            label: "cash on delivery".to_owned(),
        })),
    }
}

/// Is the order paid when it is delivered? Then so is whatever is added to it.
pub(crate) async fn is_paid_on_delivery(engine: &Engine, order: OrderId) -> Result<bool, Fault> {
    let order = engine.host().order(order).await?;
    Ok(order.is_some_and(|order| order.payment_method == CASH_ON_DELIVERY))
}
