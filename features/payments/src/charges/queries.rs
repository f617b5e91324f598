//! What others ask about payments.

use kernel::Fault;
use kernel::contracts::payments::{OfflineMethod, SavedMethod, SavedMethodSnapshot, offline};
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
        None => Ok(paid_offline(&engine, request.order_id).await?.map(|method| SavedMethodSnapshot {
            gateway: method.name.to_owned(),
            label: method.how.to_owned(),
        })),
    }
}

/// How an order is paid whose money no gateway charges. What is added to the order is paid so as well.
pub(crate) async fn paid_offline(engine: &Engine, order: OrderId) -> Result<Option<OfflineMethod>, Fault> {
    let order = engine.host().order(order).await?;
    Ok(order.and_then(|order| offline(&order.payment_method)))
}
