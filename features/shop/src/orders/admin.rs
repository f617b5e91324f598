//! Orders in the admin: the list, one order, its refund.

use http::Method;
use kernel::ids::OrderId;
use kernel::{Fault, capability};
use minijinja::context;
use runtime::Tx;
use runtime::engine::Surroundings;
use serde::Serialize;
use web::{Call, Reply, Routes, Template};

use super::commands_refund::{self, NewRefund};
use super::model::Filter;
use super::rest_model::left_to_refund;
use super::{commands, queries, rules, storefront};

/// Templates of this slice.
pub const TEMPLATES: &[Template] = &[
    ("shop/admin_orders.html", include_str!("pages/admin_orders.html")),
    ("shop/admin_order.html", include_str!("pages/admin_order.html")),
];

const PER_PAGE: i64 = 25;

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/admin/orders").requires(capability::MANAGE_WOOCOMMERCE).read(list);
    routes.page(Method::GET, "/admin/orders/{id}").requires(capability::MANAGE_WOOCOMMERCE).read(order);
    routes
        .page(Method::POST, "/admin/orders/{id}/status")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .unit(status);
    routes
        .page(Method::POST, "/admin/orders/{id}/refund")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .flow(refund);
}

fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let page: i64 = call
        .query("page")
        .and_then(|page| page.parse().ok())
        .filter(|page| (1..=100_000).contains(page))
        .unwrap_or(1);
    let status = call.query("status").filter(|status| rules::STATUSES.contains(status)).unwrap_or_default();
    let search: String = call.query("search").unwrap_or_default().trim().chars().take(100).collect();
    let filter = Filter {
        statuses: if status.is_empty() { Vec::new() } else { vec![status.to_owned()] },
        search: search.to_lowercase(),
        offset: (page - 1) * PER_PAGE,
        limit: PER_PAGE,
        ..Filter::default()
    };
    let found = queries::list(tx, &filter)?;
    let orders = found.rows.iter().map(|order| storefront::view(tx, order)).collect::<Result<Vec<_>, _>>()?;
    let statuses: Vec<(&str, &str)> =
        rules::STATUSES.iter().map(|status| (*status, rules::status_name(status))).collect();
    let pages = (found.total + PER_PAGE - 1) / PER_PAGE;
    let address = format!("/admin/orders?status={status}&search={}&", web::encoded(&search));
    Ok(Reply::page(
        "shop/admin_orders.html",
        context! { orders, statuses, status, search, total => found.total, page, pages, address },
    ))
}

#[derive(Debug, Serialize)]
struct NoteView {
    text: String,
    at: String,
    author: String,
}

fn order(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let order = queries::must(tx, call.id("id")?)?;
    let view = storefront::view(tx, &order)?;
    let left = left_to_refund(tx, &order)?;
    let zone = tx.zone().to_owned();
    let notes: Vec<NoteView> = queries::notes(tx, order.id)?
        .into_iter()
        .map(|note| NoteView { text: note.note, at: note.created_at.display(&zone), author: note.author })
        .collect();
    let statuses: Vec<(&str, &str)> =
        rules::STATUSES.iter().map(|status| (*status, rules::status_name(status))).collect();
    let refundable = order.paid_at.is_some() && left > kernel::Decimal::ZERO;
    Ok(Reply::page(
        "shop/admin_order.html",
        context! {
            order => view,
            parent_id => order.parent_id.0,
            notes,
            statuses,
            refundable,
            left => left.fixed(order.currency.exponent()),
            currency => order.currency.code(),
            refund_key => tx.entropy().alphanumeric(24),
        },
    ))
}

fn status(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let id: OrderId = call.id("id")?;
    let form = call.form();
    let back = format!("/admin/orders/{id}");
    match commands::set_status(tx, id, form.text("status"), "") {
        Ok(order) => {
            let name = rules::status_name(&order.status).to_owned();
            Ok(Reply::redirect(&back).notice("success", &format!("The order is {}.", name.to_lowercase())))
        }
        Err(fault) if fault.status() < 500 => {
            if fault.code == commands::COUPON_USED_ELSEWHERE {
                commands::note_refusal(tx, id, &fault)?;
            }
            Ok(Reply::redirect(&back).notice("error", &fault.to_string()))
        }
        Err(fault) => Err(fault),
    }
}

async fn refund(call: Call) -> Result<Reply, Fault> {
    let id: OrderId = call.id("id")?;
    let form = call.form();
    let back = format!("/admin/orders/{id}");
    let currency = call.engine.read(move |tx| Ok(queries::must(tx, id)?.currency)).await?;
    let wanted = form.money("amount", currency).and_then(|amount| {
        Ok(NewRefund {
            key: format!(
                "admin-refund:{id}:{}",
                kernel::text::line("refund_key", form.text("refund_key"), 40)?
            ),
            order_id: id,
            amount: Some(amount),
            reason: kernel::text::optional_line("reason", form.text("reason"), 500)?,
            lines: Vec::new(),
            restock: false,
            through_gateway: true,
        })
    });
    let outcome = match wanted {
        Ok(wanted) => commands_refund::refund(&call.engine, call.caller.actor(), wanted).await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok(_) => Ok(Reply::redirect(&back).notice("success", "The money is on its way back.")),
        Err(fault) if fault.status() < 500 || fault.code == "refund_pending" => {
            let problem = fault.params.values().next().cloned().unwrap_or(fault.message);
            Ok(Reply::redirect(&back).notice("error", &problem))
        }
        Err(fault) => Err(fault),
    }
}
