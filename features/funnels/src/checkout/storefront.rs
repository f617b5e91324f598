//! `/checkout` and `/checkout/{funnel}`.

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use kernel::contracts::cartbay::{CaptureEmail, CapturedEmail};
use kernel::contracts::shop::{Address, CartSnapshot};
use kernel::ids::OfferId;
use kernel::{Fault, FaultKind};
use runtime::Settings;
use runtime::settings::ocart;
use web::{Call, Reply, Routes, context};

use super::model::{Checkout, CheckoutState, Details, Payment};
use super::storefront_view::{Stage, View};
use super::{commands, rules, store};
use crate::funnels::model::{CheckoutLayout, Funnel};
use crate::steps::model::Branch;
use crate::{bumps, funnels, steps, upsells};

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/checkout").flow(entrance);
    routes.page(Method::GET, "/checkout/{funnel}").flow(|call| show(call, Stage::Details));
    routes.page(Method::GET, "/checkout/{funnel}/review").flow(|call| show(call, Stage::Review));
    routes.page(Method::GET, "/checkout/{funnel}/payment").flow(|call| show(call, Stage::Payment));
    routes.page(Method::GET, "/checkout/{funnel}/return").flow(returned);
    routes.page(Method::POST, "/checkout/{funnel}/details").limit("checkout", 60, 60).flow(save);
    routes.page(Method::POST, "/checkout/{funnel}/quote").limit("quote", 120, 60).flow(quote);
    routes.page(Method::POST, "/checkout/{funnel}/bump").limit("bumps", 120, 60).flow(bump);
    routes.page(Method::POST, "/checkout/{funnel}/pay").limit("pay", 30, 60).flow(pay);
}

/// The caller's cart, if there is something in it.
async fn filled_cart(call: &Call) -> Result<Option<CartSnapshot>, Fault> {
    let Some(token) = call.caller.cart_token.as_deref() else { return Ok(None) };
    Ok(call.engine.host().cart(token).await?.filter(|cart| !cart.lines.is_empty()))
}

async fn funnel(call: &Call) -> Result<Funnel, Fault> {
    let slug = call.parameter("funnel").to_owned();
    call.engine.read(move |tx| funnels::queries::by_slug(tx, &slug)).await
}

async fn entrance(call: Call) -> Result<Reply, Fault> {
    let Some(cart) = filled_cart(&call).await? else { return Ok(Reply::redirect("/cart")) };
    let funnel = call.engine.read(move |tx| funnels::queries::for_cart(tx, &cart)).await?;
    let address = Stage::Details.address(&funnel.slug);
    // The page tells that somebody has come by a restore link.
    let restored = if call.query_flag("restored") { "?restored=1" } else { "" };
    Ok(Reply::redirect(&format!("{address}{restored}")))
}

async fn show(call: Call, stage: Stage) -> Result<Reply, Fault> {
    let funnel = funnel(&call).await?;
    let Some(cart) = filled_cart(&call).await? else { return Ok(Reply::redirect("/cart")) };
    let layout = funnel.settings.layout;
    if !Stage::of(layout).contains(&stage) {
        return Ok(Reply::redirect(&Stage::Details.address(&funnel.slug)));
    }
    let token = cart.token.clone();
    let checkout = call.engine.read(move |tx| store::open(tx, &token)).await?;
    if checkout.as_ref().is_some_and(|checkout| checkout.state == CheckoutState::Paying) {
        return Ok(Reply::redirect(&format!("/checkout/{}/return", funnel.slug)));
    }
    let complete = checkout.as_ref().is_some_and(|checkout| rules::is_complete(&checkout.details));
    if stage != Stage::Details && !complete {
        return Ok(Reply::redirect(&Stage::Details.address(&funnel.slug)));
    }
    page(&call, &funnel, stage, cart, Shown { checkout, ..Shown::default() }).await
}

/// What a page shows besides the cart.
#[derive(Default)]
struct Shown {
    checkout: Option<Checkout>,
    details: Option<Details>,
    problems: BTreeMap<&'static str, String>,
    message: Option<String>,
    gateway: String,
}

async fn page(
    call: &Call,
    funnel: &Funnel,
    stage: Stage,
    cart: CartSnapshot,
    shown: Shown,
) -> Result<Reply, Fault> {
    let engine = &call.engine;
    let cart = bumps::commands::refresh(engine, funnel.id, cart).await?;
    let bumps = bumps::queries::eligible(engine, funnel.id, &cart).await?;
    let details = match shown.details.or_else(|| shown.checkout.as_ref().map(|found| found.details.clone())) {
        Some(details) => details,
        None => first_details(call, &cart.token).await?,
    };
    let (token, seen) = (cart.token.clone(), bumps.clone());
    let id = funnel.id;
    let (debounce, consent_text, keeps_card) = engine
        .write(call.caller.actor(), move |tx| {
            bumps::commands::show(tx, &token, &seen)?;
            let debounce =
                Settings::load(tx, ocart::OPTION)?.integer(&ocart::RECOVERY_CAPTURE_EMAIL_DEBOUNCE_MS);
            let cartbay = Settings::load(tx, runtime::settings::cartbay::OPTION)?;
            let consent_text = cartbay.text(&runtime::settings::cartbay::CONSENT_TEXT);
            Ok((debounce, consent_text, steps::queries::offers_follow(tx, id)?))
        })
        .await?;
    let refused = shown.checkout.as_ref().map(|found| found.message.clone()).filter(|text| !text.is_empty());
    let is_last = stage.after(funnel.settings.layout) == stage;
    let view = View {
        funnel,
        stage,
        cart: &cart,
        details: &details,
        problems: shown.problems,
        bumps: &bumps,
        checkout: shown.checkout.as_ref(),
        message: shown.message.or_else(|| refused.filter(|_| is_last)),
        chosen_gateway: shown.gateway,
        debounce,
        consent_text,
        keeps_card,
    };
    view.reply(call)
}

/// What is known before anything was filled in: the account's address, or the one left with this cart.
async fn first_details(call: &Call, token: &str) -> Result<Details, Fault> {
    let mut details = Details::default();
    // A checkout is no worse for want of a remembered address.
    let captured = call.engine.ask(CapturedEmail { cart_token: token.to_owned() }).await.ok().flatten();
    let captured_any = captured.is_some();
    let own = call.caller.user.as_ref().map(|user| user.email.clone());
    details.billing.email = captured.or(own).unwrap_or_default();
    let (country, ticked) = call
        .engine
        .read(|tx| {
            let shop = Settings::load(tx, runtime::settings::shop::OPTION)?;
            let cartbay = Settings::load(tx, runtime::settings::cartbay::OPTION)?;
            let ticked = cartbay.boolean(&runtime::settings::cartbay::CONSENT_DEFAULT);
            Ok((shop.text(&runtime::settings::shop::GENERAL_COUNTRY), ticked))
        })
        .await?;
    details.billing.country = country;
    // Consent is the shopper's own act: nobody is shown a tick for having given it once.
    details.consent = ticked && !captured_any;
    Ok(details)
}

async fn save(call: Call) -> Result<Reply, Fault> {
    let funnel = funnel(&call).await?;
    let Some(cart) = filled_cart(&call).await? else { return Ok(Reply::redirect("/cart")) };
    let (details, problems) = rules::details(&call.form());
    if !problems.is_empty() {
        return refused_details(&call, &funnel, cart, details, problems).await;
    }
    capture(&call, &funnel, &cart.token, &details).await;
    commands::save_details(&call.engine, call.caller.actor(), &funnel, &cart.token, details).await?;
    let next = Stage::Details.after(funnel.settings.layout);
    Ok(Reply::redirect(&next.address(&funnel.slug)))
}

/// The page with what the cart comes to at the place as far as it is typed. Nothing else of what was typed is kept.
async fn quote(call: Call) -> Result<Reply, Fault> {
    let funnel = funnel(&call).await?;
    let Some(cart) = filled_cart(&call).await? else { return Ok(Reply::redirect("/cart")) };
    let (details, _) = rules::details(&call.form());
    let token = cart.token.clone();
    let checkout = call.engine.read(move |tx| store::open(tx, &token)).await?;
    let known = checkout.as_ref().map(|found| found.details.billing.clone()).unwrap_or_default();
    let place = rules::at_place_of(known, &details.billing);
    let cart = match call.engine.host().set_destination(&cart.token, &place, &Address::default()).await {
        Ok(cart) => cart,
        // A place that is typed in half is none yet.
        Err(fault) if fault.status() < 500 => cart,
        Err(fault) => return Err(fault),
    };
    let gateway = call.form().text("payment_method").to_owned();
    let shown = Shown { checkout, details: Some(details), gateway, ..Shown::default() };
    page(&call, &funnel, Stage::Details, cart, shown).await
}

/// Hands the address and the tick on to recovery, for shoppers without scripts. A box that was never ticked here takes back
/// nothing that was given before. A checkout is no worse when it fails.
async fn capture(call: &Call, funnel: &Funnel, token: &str, details: &Details) {
    let owned = token.to_owned();
    let before = call.engine.read(move |tx| store::open(tx, &owned)).await.ok().flatten();
    if !details.consent && !before.is_some_and(|checkout| checkout.details.consent) {
        return;
    }
    let request = CaptureEmail {
        cart_token: token.to_owned(),
        email: details.billing.email.clone(),
        consent: details.consent,
        funnel: funnel.slug.clone(),
    };
    if let Err(fault) = call.engine.ask(request).await {
        tracing::debug!(code = fault.code, "the address was not captured");
    }
}

async fn refused_details(
    call: &Call,
    funnel: &Funnel,
    cart: CartSnapshot,
    details: Details,
    problems: BTreeMap<&'static str, String>,
) -> Result<Reply, Fault> {
    let token = cart.token.clone();
    let checkout = call.engine.read(move |tx| store::open(tx, &token)).await?;
    let shown = Shown {
        checkout,
        details: Some(details),
        problems,
        message: Some("Please look at the marked fields.".to_owned()),
        gateway: call.form().text("payment_method").to_owned(),
    };
    let reply = page(call, funnel, Stage::Details, cart, shown).await?;
    Ok(reply.status(StatusCode::UNPROCESSABLE_ENTITY))
}

async fn bump(call: Call) -> Result<Reply, Fault> {
    let funnel = funnel(&call).await?;
    let form = call.form();
    let stage = match form.text("back") {
        "review" => Stage::Review,
        "payment" => Stage::Payment,
        _ => Stage::Details,
    };
    let back = Reply::redirect(&stage.address(&funnel.slug));
    let Some(cart) = filled_cart(&call).await? else { return Ok(Reply::redirect("/cart")) };
    let offer = OfferId(form.integer("offer", 1, i64::MAX)?);
    let actor = call.caller.actor();
    let answer = if form.text("take") == "1" {
        bumps::commands::accept(&call.engine, actor, &cart.token, offer, Some(funnel.id)).await
    } else {
        bumps::commands::decline(&call.engine, actor, &cart.token, offer, Some(funnel.id)).await
    };
    match answer {
        Ok(_) => Ok(back),
        Err(fault) if matches!(fault.kind, FaultKind::Unprocessable | FaultKind::NotFound) => {
            Ok(back.notice("info", &fault.message))
        }
        Err(fault) => Err(fault),
    }
}

async fn pay(call: Call) -> Result<Reply, Fault> {
    let funnel = funnel(&call).await?;
    let waiting = format!("/checkout/{}/return", funnel.slug);
    let Some(cart) = filled_cart(&call).await? else { return Ok(Reply::redirect(&waiting)) };
    let form = call.form();
    let is_single = funnel.settings.layout == CheckoutLayout::OneStep;
    if is_single {
        let (details, problems) = rules::details(&form);
        if !problems.is_empty() {
            return refused_details(&call, &funnel, cart, details, problems).await;
        }
        capture(&call, &funnel, &cart.token, &details).await;
        commands::save_details(&call.engine, call.caller.actor(), &funnel, &cart.token, details).await?;
    }
    let payment = Payment {
        gateway: form.text("payment_method").to_owned(),
        token: form.text("card_number").to_owned(),
        attempt: form.integer("attempt", 1, i64::from(i32::MAX))?,
        expected_total: form.money("expected_total", cart.currency)?,
        quote: form.text("quote").to_owned(),
        ip_address: call.caller.ip.clone(),
        user_agent: call.user_agent(),
        customer_id: call.caller.user_id(),
    };
    let gateway = payment.gateway.clone();
    let paid = commands::pay(&call.engine, call.caller.actor(), &funnel, &cart.token, payment).await;
    match paid {
        Ok(checkout) => match checkout.state {
            CheckoutState::RequiresAction if checkout.challenge.starts_with('/') => {
                Ok(Reply::redirect(&checkout.challenge))
            }
            CheckoutState::Open => refused(&call, &funnel, &gateway, checkout.message).await,
            _ => Ok(Reply::redirect(&waiting)),
        },
        Err(fault) if fault.code == "no_details" => {
            Ok(Reply::redirect(&Stage::Details.address(&funnel.slug)))
        }
        Err(fault)
            if matches!(fault.kind, FaultKind::Unprocessable | FaultKind::Conflict | FaultKind::Invalid) =>
        {
            let message = fault.params.values().next().unwrap_or(&fault.message).clone();
            let reply = refused(&call, &funnel, &gateway, message).await?;
            Ok(if fault.kind == FaultKind::Conflict { reply.status(StatusCode::CONFLICT) } else { reply })
        }
        Err(fault) => Err(fault),
    }
}

/// The last page again, with what was wrong; the cart is as it was.
async fn refused(call: &Call, funnel: &Funnel, gateway: &str, message: String) -> Result<Reply, Fault> {
    let Some(cart) = filled_cart(call).await? else { return Ok(Reply::redirect("/cart")) };
    let stage = Stage::of(funnel.settings.layout).last().copied().unwrap_or(Stage::Details);
    let token = cart.token.clone();
    let checkout = call.engine.read(move |tx| store::open(tx, &token)).await?;
    let shown = Shown { checkout, message: Some(message), gateway: gateway.to_owned(), ..Shown::default() };
    let reply = page(call, funnel, stage, cart, shown).await?;
    Ok(reply.status(StatusCode::UNPROCESSABLE_ENTITY))
}

/// After paying, after a challenge, and while a payment is being checked.
async fn returned(call: Call) -> Result<Reply, Fault> {
    let funnel = funnel(&call).await?;
    let last = Stage::of(funnel.settings.layout).last().copied().unwrap_or(Stage::Details);
    let Some(token) = call.caller.cart_token.clone() else { return Ok(Reply::redirect("/cart")) };
    let Some(mut checkout) = call.engine.read(move |tx| store::latest(tx, &token)).await? else {
        return Ok(Reply::redirect("/cart"));
    };
    if matches!(checkout.state, CheckoutState::Paying | CheckoutState::RequiresAction) {
        checkout = commands::settle(&call.engine, checkout).await?;
    }
    match checkout.state {
        CheckoutState::Paid => {
            let order = upsells::queries::order(&call.engine, checkout.order_id).await?;
            let next = upsells::queries::next_address(
                &call.engine,
                &order,
                checkout.funnel_id,
                None,
                Branch::Default,
            )
            .await?;
            Ok(Reply::redirect(&next))
        }
        CheckoutState::Open => Ok(Reply::redirect(&last.address(&funnel.slug))),
        _ => Ok(Reply::page(
            "funnels/checkout_checking.html",
            context! { challenge => checkout.challenge, another_way => last.address(&funnel.slug) },
        )),
    }
}
