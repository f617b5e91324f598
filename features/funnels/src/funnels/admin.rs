//! `/admin/ocart-funnels`: the list, and a funnel with its settings, steps and figures.

use http::Method;
use kernel::Fault;
use kernel::capability::OCART_MANAGE_FUNNELS;
use kernel::ids::{FunnelId, StepId};
use runtime::Tx;
use runtime::settings::shop;
use serde::Serialize;
use web::{Call, Reply, Routes, context};

use super::commands::{self, FunnelChange, NewFunnel};
use super::model::{CheckoutLayout, Funnel, FunnelSettings};
use super::{queries, queries_figures};
use crate::offers::queries::OfferFigures;
use crate::steps::commands::{NewStep, StepChange};
use crate::steps::model::{Branch, FunnelStep, StepSettings, StepType};
use crate::{offers, steps};

const LIST: &str = "/admin/ocart-funnels";

#[derive(Serialize)]
struct FunnelLine {
    id: i64,
    name: String,
    slug: String,
    status: String,
    layout: &'static str,
    orders: i64,
    shown: i64,
    accepted: i64,
    revenue: String,
}

#[derive(Serialize)]
struct StepLine {
    id: i64,
    title: &'static str,
    branch: &'static str,
    has_branch: bool,
    can_move_up: bool,
    can_move_down: bool,
    can_remove: bool,
    enabled: bool,
    offer_id: i64,
    offer: String,
    offer_address: String,
    price: String,
    is_offer: bool,
    is_archived: bool,
    shown: i64,
    accepted: i64,
    declined: i64,
    rate: String,
    revenue: String,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, LIST).requires(OCART_MANAGE_FUNNELS).read(list);
    routes.page(Method::POST, LIST).requires(OCART_MANAGE_FUNNELS).unit(create);
    routes.page(Method::GET, "/admin/ocart-funnels/{id}").requires(OCART_MANAGE_FUNNELS).read(show);
    routes.page(Method::POST, "/admin/ocart-funnels/{id}").requires(OCART_MANAGE_FUNNELS).unit(change);
    routes
        .page(Method::POST, "/admin/ocart-funnels/{id}/status")
        .requires(OCART_MANAGE_FUNNELS)
        .unit(set_status);
    routes
        .page(Method::POST, "/admin/ocart-funnels/{id}/pages")
        .requires(OCART_MANAGE_FUNNELS)
        .unit(add_page);
    routes
        .page(Method::POST, "/admin/ocart-funnels/{id}/steps/{step}")
        .requires(OCART_MANAGE_FUNNELS)
        .unit(change_step);
}

/// Back to a page with what was wrong, said by field.
pub(crate) fn refused(back: &str, fault: Fault) -> Result<Reply, Fault> {
    if fault.status() >= 500 || fault.status() == 404 {
        return Err(fault);
    }
    let text = match fault.params.iter().next() {
        Some((field, problem)) => format!("{field}: {problem}"),
        None => fault.message,
    };
    Ok(Reply::redirect(back).notice("error", &text))
}

fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let mut paging = call.paging(&queries::ORDER_COLUMNS)?;
    paging.per_page = 50;
    let page = queries::list(tx, "", &paging)?;
    let mut lines = Vec::with_capacity(page.rows.len());
    for funnel in &page.rows {
        let figures = queries_figures::figures(tx, funnel.id)?;
        lines.push(FunnelLine {
            id: funnel.id.0,
            name: funnel.name.clone(),
            slug: funnel.slug.clone(),
            status: funnel.status.clone(),
            layout: layout_title(funnel.settings.layout),
            orders: figures.orders,
            shown: figures.shown,
            accepted: figures.accepted,
            revenue: figures.revenue.display(),
        });
    }
    Ok(Reply::page(
        "funnels/admin_funnels.html",
        context! { funnels => lines, layouts => layouts(CheckoutLayout::default()), page => paging.page,
        pages => (page.total + 49) / 50, total => page.total, search => paging.search },
    ))
}

const fn layout_title(layout: CheckoutLayout) -> &'static str {
    match layout {
        CheckoutLayout::OneStep => "One step",
        CheckoutLayout::TwoStep => "Two steps",
        CheckoutLayout::ThreeStep => "Three steps",
    }
}

/// Word, title, chosen.
fn layouts(chosen: CheckoutLayout) -> Vec<(&'static str, &'static str, bool)> {
    CheckoutLayout::ALL
        .iter()
        .map(|layout| (layout.word(), layout_title(*layout), *layout == chosen))
        .collect()
}

fn layout(word: &str) -> Result<CheckoutLayout, Fault> {
    CheckoutLayout::parse(word)
        .ok_or_else(|| Fault::invalid("layout", "Use one_step, two_step or three_step."))
}

fn create(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let form = call.form();
    let made = layout(form.text("layout")).and_then(|layout| {
        let fresh = NewFunnel {
            name: form.text("name").to_owned(),
            settings: FunnelSettings { layout, headline: String::new() },
            ..NewFunnel::default()
        };
        commands::create(tx, &fresh)
    });
    match made {
        Ok(funnel) => Ok(Reply::redirect(&address(funnel.id))
            .notice("success", "The funnel is a draft. Add its offers, then activate it.")),
        Err(fault) => refused(LIST, fault),
    }
}

pub(crate) fn address(id: FunnelId) -> String {
    format!("{LIST}/{id}")
}

fn show(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let funnel = queries::get(tx, call.id("id")?)?;
    let figures = queries_figures::figures(tx, funnel.id)?;
    let steps = step_lines(tx, &funnel)?;
    Ok(Reply::page(
        "funnels/admin_funnel.html",
        context! {
            id => funnel.id.0, name => funnel.name, slug => funnel.slug, status => funnel.status,
            headline => funnel.settings.headline, layouts => layouts(funnel.settings.layout), steps => steps,
            started => figures.started, orders => figures.orders, shown => figures.shown,
            accepted => figures.accepted, revenue => figures.revenue.display(),
            rate => percent(figures.accepted, figures.shown), completion => percent(figures.orders, figures.started),
        },
    ))
}

/// `12%`, rounded down; a dash of nothing.
pub(crate) fn percent(part: i64, whole: i64) -> String {
    if whole > 0 { format!("{}%", part * 100 / whole) } else { "–".to_owned() }
}

fn step_lines(tx: &mut Tx, funnel: &Funnel) -> Result<Vec<StepLine>, Fault> {
    let currency = shop::currency(tx)?;
    let figures = offers::queries::figures(tx, funnel.id)?;
    let steps = steps::store::of_funnel(tx, funnel.id)?;
    let last = steps.len().saturating_sub(1);
    let mut lines = Vec::with_capacity(steps.len());
    for (place, step) in steps.iter().enumerate() {
        let offer = offers::queries::find(tx, step.offer_id)?;
        let of_offer: OfferFigures = figures.get(&step.offer_id).copied().unwrap_or_default();
        let bumps = step.kind == StepType::Bump;
        let fixed = matches!(step.kind, StepType::Checkout | StepType::ThankYou);
        // Bumps stay on the checkout page, the rest stays after the payment.
        let neighbour = |index: usize| {
            let alike = |other: &FunnelStep| !is_fixed(other) && (other.kind == StepType::Bump) == bumps;
            !fixed && steps.get(index).is_some_and(alike)
        };
        lines.push(StepLine {
            id: step.id.0,
            title: step_title(step.kind),
            branch: step.branch.word(),
            has_branch: step.kind.is_after_payment(),
            can_move_up: place > 0 && neighbour(place - 1),
            can_move_down: place < last && neighbour(place + 1),
            can_remove: !fixed,
            enabled: step.enabled,
            offer_id: step.offer_id.0,
            offer: offer.as_ref().map_or_else(|| step.settings.headline.clone(), |offer| offer.name.clone()),
            offer_address: format!(
                "/admin/ocart-{}/{}",
                if bumps { "bumps" } else { "upsells" },
                step.offer_id
            ),
            price: offer
                .as_ref()
                .map_or(String::new(), |offer| offers::rules::price_text(&offer.pricing_rule, currency)),
            is_offer: offer.is_some(),
            is_archived: offer.as_ref().is_some_and(|offer| !offer.is_active()),
            shown: of_offer.shown,
            accepted: of_offer.accepted,
            declined: of_offer.declined,
            rate: percent(of_offer.accepted, of_offer.shown),
            revenue: kernel::Money::new(of_offer.revenue_minor, currency).display(),
        });
    }
    Ok(lines)
}

fn is_fixed(step: &FunnelStep) -> bool {
    matches!(step.kind, StepType::Checkout | StepType::ThankYou)
}

const fn step_title(kind: StepType) -> &'static str {
    match kind {
        StepType::Checkout => "Checkout",
        StepType::Bump => "Order bump",
        StepType::Upsell => "Upsell",
        StepType::Downsell => "Downsell",
        StepType::ThankYou => "Thank you",
        StepType::Custom => "Page",
    }
}

fn change(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let (id, form): (FunnelId, _) = (call.id("id")?, call.form());
    let changed = layout(form.text("layout")).and_then(|layout| {
        let change = FunnelChange {
            name: Some(form.text("name").to_owned()),
            slug: Some(form.text("slug").to_owned()),
            settings: Some(FunnelSettings { layout, headline: form.text("headline").to_owned() }),
            ..FunnelChange::default()
        };
        commands::update(tx, id, &change)
    });
    match changed {
        Ok(_) => Ok(Reply::redirect(&address(id)).notice("success", "Saved.")),
        Err(fault) => refused(&address(id), fault),
    }
}

fn set_status(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let id: FunnelId = call.id("id")?;
    match commands::set_status(tx, id, call.form().text("status")) {
        Ok(funnel) => {
            let text = match funnel.status.as_str() {
                "active" => "The funnel is live.",
                "archived" => "The funnel is archived; its figures stay.",
                _ => "The funnel is a draft again.",
            };
            Ok(Reply::redirect(&address(id)).notice("success", text))
        }
        Err(fault) => refused(&address(id), fault),
    }
}

fn add_page(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let (id, form): (FunnelId, _) = (call.id("id")?, call.form());
    queries::get(tx, id)?;
    let fresh = NewStep {
        kind: StepType::Custom,
        position: None,
        branch: None,
        offer_id: None,
        settings: StepSettings {
            headline: form.text("headline").to_owned(),
            text: form.get("text").unwrap_or_default().trim().replace("\r\n", "\n"),
        },
    };
    match steps::commands::add(tx, id, &fresh) {
        Ok(_) => Ok(Reply::redirect(&address(id)).notice("success", "The page has been added.")),
        Err(fault) => refused(&address(id), fault),
    }
}

fn change_step(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let (id, step_id): (FunnelId, StepId) = (call.id("id")?, call.id("step")?);
    let step = steps::commands::get(tx, id, step_id)?;
    let form = call.form();
    let change = match form.text("action") {
        "up" => StepChange { position: Some(step.position - 1), ..StepChange::default() },
        "down" => StepChange { position: Some(step.position + 1), ..StepChange::default() },
        "on" => StepChange { enabled: Some(true), ..StepChange::default() },
        "off" => StepChange { enabled: Some(false), ..StepChange::default() },
        "branch" => StepChange { branch: Branch::parse(form.text("branch")), ..StepChange::default() },
        "remove" => {
            return match steps::commands::remove(tx, id, step_id) {
                Ok(_) => Ok(Reply::redirect(&address(id)).notice("success", "The step has been taken out.")),
                Err(fault) => refused(&address(id), fault),
            };
        }
        _ => return Err(Fault::invalid("action", "Use up, down, on, off, branch or remove.")),
    };
    match steps::commands::update(tx, id, step_id, &change) {
        Ok(_) => Ok(Reply::redirect(&address(id))),
        Err(fault) => refused(&address(id), fault),
    }
}
