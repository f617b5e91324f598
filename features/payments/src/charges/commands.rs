//! Charging once per key.

use std::time::Duration;

use kernel::contracts::payments::{Charge, ChargeOutcome, ConfirmCharge, PaymentSource, WITHOUT_CHARGE};
use kernel::ids::{OrderId, UserId};
use kernel::{Fault, FaultKind};
use runtime::ports::{GatewayCommand, GatewayError, GatewaySource};
use runtime::{Actor, Engine, Tx};

use super::commands_record::{ANSWERED, record};
use super::model::{Attempt, State};
use super::queries::paid_offline;
use super::rules::{self, Recorded};
use super::store::{self, NewAttempt};

/// An answer is waited for so long; after that the outcome is unknown. Shorter than a claim.
pub(crate) const ANSWER: Duration = Duration::from_secs(30);
/// Whoever asks for a key that another is charging looks again so often, at the latest after so long.
const LOOKS: u32 = 12;
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

/// Answers [`Charge`]: writes the attempt, asks the gateway under the attempt's key, records the answer.
pub async fn charge(engine: Engine, request: Charge) -> Result<ChargeOutcome, Fault> {
    let (attempt, saved_with) = read(&engine, &request).await?;
    if let Some(order) = saved_with
        && without_a_method(&engine, &attempt.key, order).await?
        && paid_offline(&engine, order).await?.is_some()
    {
        return Ok(ChargeOutcome::Succeeded { transaction_id: WITHOUT_CHARGE.to_owned() });
    }
    let fresh = match request.source {
        PaymentSource::Fresh { token, .. } => Some(token),
        PaymentSource::SavedWithOrder { .. } => None,
    };
    let claim = engine.entropy().hex(16);
    let held = claim.clone();
    let opened = engine.write(Actor::system(), move |tx| open(tx, &attempt, saved_with, &held)).await?;
    // A task of its own: a browser that goes away does not stop the recording of what it has paid.
    let work = runtime::spawn(async move {
        match opened {
            Opened::Written(attempt) if attempt.state.is_final() => Ok(attempt.outcome()),
            Opened::Written(attempt) => drive(&engine, &attempt, fresh).await,
            Opened::Known(attempt) => resume(&engine, attempt, fresh, &claim).await,
        }
    });
    work.await.map_err(|_| Fault::bug("a charge was broken off"))?
}

/// Neither a method saved with the order, nor an attempt under this key, which would be the answer.
async fn without_a_method(engine: &Engine, key: &str, order: OrderId) -> Result<bool, Fault> {
    let key = key.to_owned();
    engine.read(move |tx| Ok(store::by_key(tx, &key)?.is_none() && store::method(tx, order)?.is_none())).await
}

/// Answers [`ConfirmCharge`]: asks the gateway what became of the attempt. A key that was never begun is given up for
/// good: whoever asks goes on without it, so a caller who has slept since must not begin it any more.
pub async fn confirm(engine: Engine, request: ConfirmCharge) -> Result<ChargeOutcome, Fault> {
    let key = request.key;
    let known = engine
        .write(Actor::system(), move |tx| {
            let known = store::by_key(tx, &key)?;
            if known.is_none() {
                store::give_up(tx, &key)?;
            }
            Ok(known)
        })
        .await?;
    let attempt =
        known.filter(|attempt| !attempt.was_given_up()).ok_or_else(|| Fault::not_found("payment"))?;
    let claim = engine.entropy().hex(16);
    resume(&engine, attempt, None, &claim).await
}

/// The request as an attempt, and the order whose saved method pays.
async fn read(engine: &Engine, request: &Charge) -> Result<(NewAttempt, Option<OrderId>), Fault> {
    if !(1..=191).contains(&request.key.len()) || !request.key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Fault::invalid("key", "Use 1 to 191 visible ASCII characters."));
    }
    if request.amount.minor() <= 0 {
        return Err(Fault::invalid("amount", "There is nothing to charge."));
    }
    let (gateway, saved_with) = match &request.source {
        PaymentSource::Fresh { gateway, .. } => (engine.gateway(gateway)?.id().to_owned(), None),
        PaymentSource::SavedWithOrder { order_id } => (String::new(), Some(*order_id)),
    };
    let customer = if request.save_method {
        // Only for the list of methods: a charge does not fail for want of it.
        let order = engine.host().order(request.order_id).await.ok().flatten();
        order.map_or(UserId(0), |order| order.customer_id)
    } else {
        UserId(0)
    };
    let own = request.return_url.strip_prefix(engine.public_url()).unwrap_or(&request.return_url);
    let attempt = NewAttempt {
        key: request.key.clone(),
        order_id: request.order_id,
        gateway,
        amount: request.amount,
        source_method: None,
        save_method: request.save_method,
        customer,
        description: request.description.chars().take(191).collect(),
        return_url: rules::within_the_site(own).to_owned(),
    };
    Ok((attempt, saved_with))
}

enum Opened {
    /// By this call, which holds it.
    Written(Attempt),
    /// Before.
    Known(Attempt),
}

/// Unit 1: the attempt under its key, before anything is asked of the gateway.
fn open(tx: &mut Tx, asked: &NewAttempt, saved_with: Option<OrderId>, claim: &str) -> Result<Opened, Fault> {
    if let Some(before) = store::by_key(tx, &asked.key)? {
        if before.was_given_up() {
            return Ok(Opened::Known(before));
        }
        let same = before.order_id == asked.order_id
            && before.amount == asked.amount
            && before.source_method.is_some() == saved_with.is_some()
            && (saved_with.is_some() || before.gateway == asked.gateway);
        return if same { Ok(Opened::Known(before)) } else { Err(reused()) };
    }
    let mut attempt = asked.clone();
    let method = saved_with.map(|order| store::method(tx, order)).transpose()?;
    if let Some(method) = &method {
        attempt.source_method = Some(method.as_ref().map(|kept| kept.token.clone()).unwrap_or_default());
        attempt.gateway = method.as_ref().map(|kept| kept.snapshot.gateway.clone()).unwrap_or_default();
    }
    store::insert(tx, &attempt, claim)?;
    if matches!(method, Some(None)) {
        return Ok(Opened::Written(record(tx, &attempt.key, &Recorded::without_method())?));
    }
    store::by_key(tx, &attempt.key)?.map(Opened::Written).ok_or_else(|| Fault::not_found("payment"))
}

fn reused() -> Fault {
    Fault::new(
        FaultKind::Conflict,
        "charge_key_reused",
        "This payment was begun for something else. Start the payment again.",
    )
}

/// Goes on with an attempt that was written before.
pub(crate) async fn resume(
    engine: &Engine,
    attempt: Attempt,
    fresh: Option<String>,
    claim: &str,
) -> Result<ChargeOutcome, Fault> {
    if attempt.state.is_final() {
        return Ok(attempt.outcome());
    }
    engine.gateway(&attempt.gateway)?;
    let (key, owner) = (attempt.key.clone(), claim.to_owned());
    if !engine.write(Actor::system(), move |tx| store::claim(tx, &key, &owner)).await? {
        return wait(engine, attempt).await;
    }
    match looked_up(engine, &attempt).await? {
        Seen::Answer(recorded) => finish(engine, &attempt, recorded).await,
        Seen::Never if attempt.source_method.is_some() || fresh.is_some() => {
            drive(engine, &attempt, fresh).await
        }
        Seen::Never => finish(engine, &attempt, Recorded::abandoned()).await,
        Seen::Unclear => {
            let (key, owner) = (attempt.key.clone(), claim.to_owned());
            engine.write(Actor::system(), move |tx| store::release(tx, &key, &owner)).await?;
            Ok(attempt.outcome())
        }
    }
}

/// Another is charging this key: waits for his answer, then takes what the gateway knows, but sends nothing.
async fn wait(engine: &Engine, mut attempt: Attempt) -> Result<ChargeOutcome, Fault> {
    let topic = engine.db().subscribe(ANSWERED);
    for _ in 0..LOOKS {
        let mut answered = std::pin::pin!(topic.notified());
        answered.as_mut().enable();
        let key = attempt.key.clone();
        if let Some(now) = engine.read(move |tx| store::by_key(tx, &key)).await? {
            attempt = now;
        }
        if attempt.state != State::Open {
            break;
        }
        // Whether it was told or ran out, it looks again.
        let _ = tokio::time::timeout(BETWEEN_LOOKS, answered).await;
    }
    if attempt.state.is_final() {
        return Ok(attempt.outcome());
    }
    match looked_up(engine, &attempt).await? {
        Seen::Answer(recorded) => finish(engine, &attempt, recorded).await,
        Seen::Never | Seen::Unclear => Ok(attempt.outcome()),
    }
}

pub(crate) enum Seen {
    Answer(Recorded),
    Never,
    Unclear,
}

pub(crate) async fn looked_up(engine: &Engine, attempt: &Attempt) -> Result<Seen, Fault> {
    let gateway = engine.gateway(&attempt.gateway)?;
    let answer = tokio::time::timeout(ANSWER, gateway.look_up(attempt.at_gateway())).await;
    Ok(match answer {
        Ok(Ok(Some(Err(GatewayError::Unknown(_) | GatewayError::Down(_))))) | Ok(Err(_)) | Err(_) => {
            Seen::Unclear
        }
        Ok(Ok(Some(answer))) => Seen::Answer(rules::recorded(attempt.amount, answer)),
        Ok(Ok(None)) => Seen::Never,
    })
}

/// Asks the gateway for the money, under the attempt's key.
async fn drive(engine: &Engine, attempt: &Attempt, fresh: Option<String>) -> Result<ChargeOutcome, Fault> {
    let source = attempt.saved_source().or_else(|| fresh.map(GatewaySource::Fresh));
    let Some(source) = source else { return finish(engine, attempt, Recorded::abandoned()).await };
    let command = GatewayCommand {
        key: attempt.at_gateway().to_owned(),
        amount: attempt.amount,
        source,
        save_method: attempt.save_method,
        description: attempt.description.clone(),
        return_url: format!("{}{}", engine.public_url(), attempt.return_url),
    };
    let answer = match engine.gateway(&attempt.gateway) {
        Ok(gateway) if attempt.source_method.is_none() || gateway.one_click() => {
            let answer = tokio::time::timeout(ANSWER, gateway.charge(&command)).await;
            answer.unwrap_or_else(|_| {
                Err(GatewayError::Unknown("The gateway did not answer in time.".to_owned()))
            })
        }
        _ => Err(GatewayError::Refused(
            "The saved payment method cannot be used. Enter a card to pay.".to_owned(),
        )),
    };
    finish(engine, attempt, rules::recorded(attempt.amount, answer)).await
}

/// Unit 2: the answer.
pub(crate) async fn finish(
    engine: &Engine,
    attempt: &Attempt,
    recorded: Recorded,
) -> Result<ChargeOutcome, Fault> {
    let key = attempt.key.clone();
    let after = engine.write(Actor::system(), move |tx| record(tx, &key, &recorded)).await?;
    Ok(after.outcome())
}
