//! `/admin/ocart-bumps`, `/admin/ocart-upsells`, and making an offer for a funnel.

use http::{Method, StatusCode};
use kernel::capability::{OCART_MANAGE_FUNNELS, OCART_MANAGE_OFFERS};
use kernel::contracts::shop::ProductSnapshot;
use kernel::ids::{FunnelId, OfferId};
use kernel::{Fault, Money};
use runtime::Tx;
use runtime::settings::shop;
use serde::Serialize;
use web::{Call, Form, Reply, Routes, context};

use super::admin_form::{Fields, offer_change, read};
use super::model::{Offer, OfferType};
use super::{commands, queries, rules};
use crate::funnels;
use crate::funnels::admin::{address as funnel_address, refused};

#[derive(Serialize)]
struct OfferLine {
    id: i64,
    kind: &'static str,
    name: String,
    status: String,
    price: String,
    changed: String,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .page(Method::GET, "/admin/ocart-bumps")
        .requires(OCART_MANAGE_OFFERS)
        .read(|call, tx| list(call, tx, true));
    routes
        .page(Method::GET, "/admin/ocart-upsells")
        .requires(OCART_MANAGE_OFFERS)
        .read(|call, tx| list(call, tx, false));
    for (path, bump) in [("/admin/ocart-bumps/{id}", true), ("/admin/ocart-upsells/{id}", false)] {
        routes.page(Method::GET, path).requires(OCART_MANAGE_OFFERS).flow(move |call| show(call, bump));
        routes
            .page(Method::POST, path)
            .requires(OCART_MANAGE_OFFERS)
            .unit(move |call, tx| change(call, tx, bump));
    }
    routes.page(Method::GET, "/admin/ocart-funnels/{id}/offers").requires(OCART_MANAGE_FUNNELS).flow(fresh);
    routes.page(Method::POST, "/admin/ocart-funnels/{id}/offers").requires(OCART_MANAGE_OFFERS).flow(create);
}

const fn title(kind: OfferType) -> &'static str {
    match kind {
        OfferType::Bump => "Order bump",
        OfferType::Upsell => "Upsell",
        OfferType::Downsell => "Downsell",
    }
}

const fn home(bump: bool) -> &'static str {
    if bump { "/admin/ocart-bumps" } else { "/admin/ocart-upsells" }
}

fn list(call: &Call, tx: &mut Tx, bump: bool) -> Result<Reply, Fault> {
    let mut paging = call.paging(&queries::ORDER_COLUMNS)?;
    paging.per_page = 50;
    let page = queries::list(tx, bump, &paging)?;
    let currency = shop::currency(tx)?;
    let zone = call.engine.zone();
    let line = |offer: &Offer| OfferLine {
        id: offer.id.0,
        kind: title(offer.kind),
        name: offer.name.clone(),
        status: offer.status.clone(),
        price: rules::price_text(&offer.pricing_rule, currency),
        changed: offer.updated_at.display(zone),
    };
    Ok(Reply::page(
        "funnels/admin_offers.html",
        context! {
            heading => if bump { "Order bumps" } else { "Upsells and downsells" }, home => home(bump),
            offers => page.rows.iter().map(line).collect::<Vec<_>>(), search => paging.search,
            page => paging.page, pages => (page.total + 49) / 50,
        },
    ))
}

/// What the form shows; the same for a fresh offer and for one that is there.
struct Editor<'a> {
    heading: String,
    action: String,
    back: String,
    kind: OfferType,
    fields: Fields,
    products: &'a [ProductSnapshot],
    search: String,
    message: Option<String>,
    is_fresh: bool,
    figures: Option<(i64, i64, String)>,
}

#[derive(Serialize)]
struct ProductChoice {
    value: String,
    text: String,
    selected: bool,
}

/// Simple products, and each variation of the variable ones.
fn choices(products: &[ProductSnapshot], chosen: &str) -> Vec<ProductChoice> {
    let mut all = Vec::new();
    for product in products {
        let mut push = |value: String, text: String| {
            let selected = value == chosen;
            all.push(ProductChoice { value, text, selected });
        };
        match product.kind.as_str() {
            "simple" => push(format!("{}:0", product.id), product.name.clone()),
            "variable" => {
                for (id, name) in &product.variations {
                    push(format!("{}:{id}", product.id), format!("{}, {name}", product.name));
                }
            }
            _ => {}
        }
    }
    all
}

impl Editor<'_> {
    fn reply(self) -> Reply {
        let rules: &[(&str, &str)] = if self.kind == OfferType::Bump {
            &[
                ("fixed_addon", "Fixed price"),
                ("percent_addon", "Percent of the cart"),
                ("free_gift", "Free gift"),
                ("discount_pct", "Percent off the product"),
                ("amount_off", "Amount off the product"),
                ("list_price", "The product's price"),
            ]
        } else {
            &[
                ("discount_pct", "Percent off the product"),
                ("fixed_price", "Fixed price"),
                ("amount_off", "Amount off the product"),
                ("list_price", "The product's price"),
            ]
        };
        let rules: Vec<(&str, &str, bool)> =
            rules.iter().map(|(word, text)| (*word, *text, *word == self.fields.rule)).collect();
        Reply::page(
            "funnels/admin_offer.html",
            context! {
                heading => self.heading, action => self.action, back => self.back, kind => self.kind.word(),
                products => choices(self.products, &self.fields.product), search => self.search,
                message => self.message, is_fresh => self.is_fresh, rules => rules, fields => self.fields,
                figures => self.figures,
            },
        )
    }
}

async fn show(call: Call, bump: bool) -> Result<Reply, Fault> {
    let id: OfferId = call.id("id")?;
    let (offer, shown, accepted, revenue) = call
        .engine
        .read(move |tx| {
            let offer = queries::get(tx, bump, id)?;
            let all = queries::figures_of(tx, id)?;
            let currency = shop::currency(tx)?;
            Ok((offer, all.shown, all.accepted, Money::new(all.revenue_minor, currency).display()))
        })
        .await?;
    Ok(Editor {
        heading: offer.name.clone(),
        action: format!("{}/{id}", home(bump)),
        back: home(bump).to_owned(),
        kind: offer.kind,
        fields: Fields::of(&offer),
        products: &[],
        search: String::new(),
        message: None,
        is_fresh: false,
        figures: Some((shown, accepted, revenue)),
    }
    .reply())
}

fn change(call: &Call, tx: &mut Tx, bump: bool) -> Result<Reply, Fault> {
    let id: OfferId = call.id("id")?;
    let before = queries::get(tx, bump, id)?;
    let back = format!("{}/{id}", home(bump));
    let form = call.form();
    match offer_change(&form, &before).and_then(|change| commands::update(tx, &before, &change)) {
        Ok(_) => Ok(Reply::redirect(&back).notice("success", "Saved.")),
        Err(fault) => refused(&back, fault),
    }
}

async fn fresh(call: Call) -> Result<Reply, Fault> {
    let word = call.query("type").unwrap_or("bump").to_owned();
    let kind =
        OfferType::parse(&word).ok_or_else(|| Fault::invalid("type", "Use bump, upsell or downsell."))?;
    let search = call.query("search").unwrap_or_default().trim().to_owned();
    editor(&call, kind, Fields::fresh(kind), search, None).await
}

async fn editor(
    call: &Call,
    kind: OfferType,
    fields: Fields,
    search: String,
    message: Option<String>,
) -> Result<Reply, Fault> {
    let id: FunnelId = call.id("id")?;
    let funnel = call.engine.read(move |tx| funnels::queries::get(tx, id)).await?;
    let products = call.engine.host().find_products(&search, 100).await?;
    Ok(Editor {
        heading: format!("{} for {}", title(kind), funnel.name),
        action: format!("{}/offers", funnel_address(id)),
        back: funnel_address(id),
        kind,
        fields,
        products: &products,
        search,
        message,
        is_fresh: true,
        figures: None,
    }
    .reply())
}

async fn create(call: Call) -> Result<Reply, Fault> {
    let id: FunnelId = call.id("id")?;
    let form = call.form();
    let kind = OfferType::parse(form.text("type"))
        .ok_or_else(|| Fault::invalid("type", "Use bump, upsell or downsell."))?;
    match made(&call, id, kind, &form).await {
        Ok(()) => Ok(Reply::redirect(&funnel_address(id)).notice("success", "The offer has been added.")),
        Err(fault) if fault.status() < 500 && fault.status() != 404 => {
            let text = fault.params.iter().next().map(|(field, problem)| format!("{field}: {problem}"));
            let message = Some(text.unwrap_or(fault.message));
            let search = form.text("search").to_owned();
            let reply = editor(&call, kind, Fields::sent(&form), search, message).await?;
            Ok(reply.status(StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(fault) => Err(fault),
    }
}

async fn made(call: &Call, funnel: FunnelId, kind: OfferType, form: &Form) -> Result<(), Fault> {
    let fresh = read(form)?;
    let variation = fresh.variation_id.unwrap_or(kernel::ids::ProductId(0));
    let product = commands::product(&call.engine, fresh.product_id, variation).await?;
    call.engine
        .write(call.caller.actor(), move |tx| {
            funnels::commands::add_offer(tx, funnel, kind, &fresh, &product.name).map(|_| ())
        })
        .await
}
