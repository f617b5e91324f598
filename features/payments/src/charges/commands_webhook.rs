//! What a gateway's own call sets going.

use kernel::Fault;
use runtime::Engine;

use super::commands::{Seen, finish, looked_up};
use super::model::State;
use super::store;

/// A gateway says that something has become of a charge: it is asked what, and the answer recorded. Nothing is charged,
/// and nothing happens for a key that is not known or has come to its end. One that was given up is looked at all the
/// same, since its money may have moved. Fails as unavailable while the gateway does not answer: it calls again.
pub(crate) async fn look_again(engine: &Engine, gateway: &str, key: String) -> Result<(), Fault> {
    let attempt = engine.read(move |tx| store::by_gateway_key(tx, &key)).await?;
    let open = |state: State| !state.is_final() || state == State::Abandoned;
    let Some(attempt) = attempt.filter(|attempt| attempt.gateway == gateway && open(attempt.state)) else {
        return Ok(());
    };
    match looked_up(engine, &attempt).await? {
        Seen::Answer(recorded) => finish(engine, &attempt, recorded).await.map(drop),
        Seen::Never => Ok(()),
        Seen::Unclear => {
            Err(Fault::unavailable("The gateway does not say what became of the payment. Call again."))
        }
    }
}
