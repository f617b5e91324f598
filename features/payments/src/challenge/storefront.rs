//! `/test-gateway/challenge/{transaction_id}`.

use http::Method;
use kernel::Fault;
use kernel::contracts::payments::{ChargeOutcome, ConfirmCharge};
use minijinja::context;
use runtime::ports::GatewayError;
use web::{Call, Reply, Routes, Template};

use crate::charges::model::{Attempt, State};
use crate::charges::{commands, store};

pub(crate) const TEMPLATES: &[Template] =
    &[("payments/challenge.html", include_str!("pages/challenge.html"))];

const PATH: &str = "/test-gateway/challenge/{id}";
const GATEWAY: &str = "test";

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, PATH).limit("challenge", 120, 60).flow(show);
    routes.page(Method::POST, PATH).limit("challenge", 120, 60).flow(answer);
}

async fn found(call: &Call) -> Result<Attempt, Fault> {
    call.engine.gateway(GATEWAY).map_err(|_| Fault::not_found("payment"))?;
    let id = call.parameter("id").to_owned();
    let attempt = call.engine.read(move |tx| store::by_transaction(tx, GATEWAY, &id)).await?;
    attempt.ok_or_else(|| Fault::not_found("payment"))
}

async fn show(call: Call) -> Result<Reply, Fault> {
    let attempt = found(&call).await?;
    Ok(Reply::page(
        "payments/challenge.html",
        context! {
            amount => attempt.amount.display(),
            description => attempt.description,
            asks => attempt.state == State::RequiresAction,
            paid => attempt.state == State::Succeeded,
            message => attempt.message,
            return_url => attempt.return_url,
        },
    ))
}

async fn answer(call: Call) -> Result<Reply, Fault> {
    let attempt = found(&call).await?;
    let approve = match call.form().text("answer") {
        "approve" => true,
        "refuse" => false,
        _ => return Err(Fault::invalid("answer", "Use approve or refuse.")),
    };
    match call.engine.gateway(GATEWAY)?.answer_challenge(&attempt.transaction_id, approve).await {
        Err(GatewayError::Refused(_)) => return Err(Fault::not_found("payment")),
        Err(GatewayError::Unknown(_) | GatewayError::Down(_)) => {
            return Err(Fault::unavailable("The bank does not answer. Please try again."));
        }
        Ok(_) | Err(GatewayError::Declined { .. }) => {}
    }
    let back = Reply::redirect(&attempt.return_url);
    Ok(match commands::confirm(call.engine.clone(), ConfirmCharge { key: attempt.key }).await? {
        ChargeOutcome::Declined { message, .. } => back.notice("error", &message),
        _ => back,
    })
}
