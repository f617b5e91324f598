//! Making a code, taking one, rotating, disconnecting.

use kernel::{Fault, FaultKind, Moment};
use runtime::engine::Surroundings;
use runtime::{Actor, Engine, Tx};
use serde_json::{Value, json};

use super::model::{Acquaintance, Code, Introduction};
use super::{rules, store};
use crate::calls::model::KeyState;
use crate::calls::rules::is_hex;
use crate::calls::{commands as keys, queries, store as calls};
use crate::link::TheLink;
use crate::refusals;

/// Makes a code to be typed in WordPress, and says until when it is good. One made before is void.
pub fn make_code(tx: &mut Tx) -> Result<(Code, Moment), Fault> {
    let mut bytes = vec![0_u8; 32];
    tx.entropy().fill(&mut bytes);
    let until = store::set_code(tx, &bytes)?;
    Ok((Code { address: tx.public_url().to_owned(), bytes }, until))
}

/// What a store that introduces itself is told. A wrong code is counted, so it is no error of the transaction.
pub enum Received {
    /// It knows the code: now both hold a key.
    Paired(Acquaintance),
    /// It does not.
    Refused,
}

/// A store calls with a code that was made here. 409 while another store is served, 429 after too many wrong codes.
pub fn receive(tx: &mut Tx, caller: &Introduction) -> Result<Received, Fault> {
    if store::wrong_codes(tx)? >= rules::WRONG_ALLOWED {
        return Err(Fault::too_many(rules::CODE_SECONDS));
    }
    let address = tx.public_url().to_owned();
    let made = store::code(tx)?.map(|(bytes, _)| Code { address: address.clone(), bytes });
    let Some(code) = made.filter(|code| code.is_known_to(caller)) else {
        store::count_wrong(tx)?;
        return Ok(Received::Refused);
    };
    if !is_hex(&caller.site, 32) {
        return Err(Fault::invalid("site", "Give the store's id: 32 hexadecimal digits."));
    }
    if !is_hex(&caller.nonce, 32) {
        return Err(Fault::invalid("nonce", "Give 32 hexadecimal digits."));
    }
    let present = calls::site(tx)?;
    if present.is_paired() && present.site != caller.site {
        return Err(rules::other_store(&present.address));
    }
    if !store::take_code(tx)? {
        return Ok(Received::Refused);
    }
    let (nonce, key) = (tx.entropy().hex(16), tx.entropy().hex(8));
    hold(tx, &key, &code.secret(&caller.nonce, &nonce, &key), &caller.site, &caller.address)?;
    let proof = code.answer(&caller.nonce, &nonce, &key, &caller.site);
    Ok(Received::Paired(Acquaintance { site: caller.site.clone(), address, nonce, key, proof }))
}

/// Holds the key that a pairing has led to, and serves the store.
fn hold(tx: &mut Tx, key: &str, secret: &[u8], site: &str, address: &str) -> Result<(), Fault> {
    calls::add_key(tx, key, secret, KeyState::Next)?;
    keys::make_current(tx, key)?;
    let address: String = address.trim_end_matches('/').chars().take(255).collect();
    calls::bind(tx, site, &address)
}

/// Pairs with the store by a code that was made there.
pub async fn type_code(engine: &Engine, actor: Actor, text: &str) -> Result<(), Fault> {
    let code = Code::parse(text)?;
    let link = engine.ask(TheLink).await?;
    let present = engine.read(queries::site).await?;
    if present.is_paired() && present.address != code.address {
        return Err(rules::other_store(&present.address));
    }
    let (nonce, address) = (engine.entropy().hex(16), engine.public_url().to_owned());
    let introduction =
        Introduction { site: String::new(), proof: code.proof("", &address, &nonce), address, nonce };
    let body = serde_json::to_value(&introduction)?;
    let answer = link.unsigned("pair", &body).await?;
    let refused = refusals::code(&answer);
    let value = match (answer.status, refused.as_deref()) {
        (403, Some("cartwright_code")) if code.address != link.url() => {
            let message = format!(
                "The code was made by the store at {}, but this server serves the one at {}.",
                code.address,
                link.url()
            );
            return Err(Fault::conflict("cartwright_other_store", message));
        }
        (403, Some("cartwright_code")) => return Err(rules::wrong_code()),
        (429, Some(_)) => return Err(Fault::too_many(rules::CODE_SECONDS)),
        _ => refusals::read("pair", &answer)?,
    };
    let answer: Acquaintance = kernel::json::from_client(value)
        .map_err(|_| refusals::trouble("pair", "the answer is not as agreed"))?;
    if !code.is_answered_by(&introduction.nonce, &answer) {
        return Err(refusals::trouble("pair", "it could not prove that it made the code"));
    }
    engine
        .write(actor, move |tx| {
            let present = calls::site(tx)?;
            if present.is_paired() && present.site != answer.site {
                return Err(rules::other_store(&present.address));
            }
            let secret = code.secret(&introduction.nonce, &answer.nonce, &answer.key);
            hold(tx, &answer.key, &secret, &answer.site, &answer.address)
        })
        .await
}

/// Puts another key in the place of the present one; nothing under way is refused.
pub async fn rotate(engine: &Engine, actor: Actor) -> Result<String, Fault> {
    let link = engine.ask(TheLink).await?;
    let (id, nonce) = engine.write(actor.clone(), keys::begin_rotation).await?;
    let patience = link.patience().write;
    let told: Result<Value, Fault> = link.call("keys", &json!({ "key": id, "nonce": nonce }), patience).await;
    match told {
        Ok(_) => {
            let current = id.clone();
            engine.write(actor, move |tx| keys::make_current(tx, &current)).await?;
            Ok(id)
        }
        Err(fault) => {
            // Without an answer nobody knows whether the store has the key by now: it stays next, and the first call that
            // bears it, or is refused without it, settles that.
            if fault.kind != FaultKind::Upstream {
                let dropped = id.clone();
                engine.write(actor, move |tx| calls::set_key(tx, &dropped, KeyState::Revoked, None)).await?;
            }
            Err(fault)
        }
    }
}

/// No key is good any more and no store is served. The store is told, if it can be: true when it has heard.
pub async fn disconnect(engine: &Engine, actor: Actor) -> Result<bool, Fault> {
    let link = engine.ask(TheLink).await?;
    let told: Result<Value, Fault> =
        link.call("keys", &json!({ "revoke": true }), link.patience().read).await;
    engine
        .write(actor, |tx| {
            keys::revoke_all(tx)?;
            store::take_code(tx)?;
            calls::unbind(tx)
        })
        .await?;
    Ok(told.is_ok())
}

/// Asks the store what it is and keeps it: versions, currency, hooked names.
pub async fn greet(engine: &Engine, actor: Actor) -> Result<Value, Fault> {
    let link = engine.ask(TheLink).await?;
    let told: Value = link.call("hello", &json!({}), link.patience().read).await?;
    let kept = told.clone();
    engine.write(actor, move |tx| crate::settings::keep(tx, &kept)).await?;
    Ok(told)
}
