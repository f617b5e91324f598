//! What others ask about payments.

use kernel::Fault;
use kernel::contracts::payments::{SavedMethod, SavedMethodSnapshot};
use runtime::Engine;

use super::store;

/// Answers [`SavedMethod`]: the newest method saved with the order, when its gateway is on and charges in one click.
pub(crate) async fn saved_method(
    engine: Engine,
    request: SavedMethod,
) -> Result<Option<SavedMethodSnapshot>, Fault> {
    let method = engine.read(move |tx| store::method(tx, request.order_id)).await?;
    let usable = |gateway: &str| engine.gateway(gateway).is_ok_and(runtime::ports::Gateway::one_click);
    Ok(method.map(|method| method.snapshot).filter(|snapshot| usable(&snapshot.gateway)))
}
