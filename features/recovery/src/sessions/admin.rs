//! `/admin/cartbay` and `/admin/cartbay-sessions`.

use http::Method;
use kernel::capability::MANAGE_WOOCOMMERCE;
use kernel::contracts::cartbay::{ABANDONED, CAPTURED, EXPIRED, RECOVERED, SUPPRESSED};
use kernel::{Currency, Fault, Moment, Money};
use runtime::{Sql, Tx, params};
use web::{Call, Reply, Routes, Template, context};

use super::model::{SessionEvent, SessionRow};
use super::{commands, queries, rules, store};
use crate::runs::model::Notification;

pub(crate) const TEMPLATES: &[Template] = &[
    ("recovery/overview.html", include_str!("pages/overview.html")),
    ("recovery/sessions.html", include_str!("pages/sessions.html")),
    ("recovery/session.html", include_str!("pages/session.html")),
];

const STATUSES: [&str; 5] = [CAPTURED, ABANDONED, RECOVERED, EXPIRED, SUPPRESSED];
const PER_PAGE: u32 = 20;

const REVENUE: Sql = Sql::new(
    "SELECT currency, COALESCE(SUM(gross - refunded), 0) AS net FROM {p}cartwright_attributions \
     WHERE tier <> 'organic' GROUP BY currency ORDER BY currency",
);
const SENT: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_messages WHERE state = 'sent'");
const CLICKED: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_sessions WHERE restore_clicked_at IS NOT NULL");

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/admin/cartbay").requires(MANAGE_WOOCOMMERCE).read(overview);
    routes.page(Method::GET, "/admin/cartbay-sessions").requires(MANAGE_WOOCOMMERCE).read(list);
    routes.page(Method::GET, "/admin/cartbay-sessions/{id}").requires(MANAGE_WOOCOMMERCE).read(show);
    routes.page(Method::POST, "/admin/cartbay-sessions/{id}/expire").requires(MANAGE_WOOCOMMERCE).unit(
        |call, tx| {
            let id: i64 = call.id("id")?;
            commands::expire(tx, id)?;
            let notice = "The session has ended. Nothing more is sent for it.";
            Ok(Reply::redirect(&format!("/admin/cartbay-sessions/{id}")).notice("success", notice))
        },
    );
    routes.page(Method::POST, "/admin/cartbay-sessions/{id}/delete").requires(MANAGE_WOOCOMMERCE).unit(
        |call, tx| {
            let session = store::get(tx, call.id("id")?)?;
            commands::erase(tx, &session)?;
            let notice = "The session and all that was kept with it are gone.";
            Ok(Reply::redirect("/admin/cartbay-sessions").notice("success", notice))
        },
    );
}

/// `wc-cartbay-abandoned` as `abandoned`.
fn word(status: &str) -> &str {
    status.strip_prefix("wc-").unwrap_or(status).strip_prefix("cartbay-").unwrap_or(status)
}

fn shown(row: &SessionRow, zone: &str) -> minijinja::Value {
    let money = |amount: kernel::Amount| shown_money(amount, row.currency);
    let recovered = row.recovered_at.map(|_| money(row.recovered_revenue)).unwrap_or_default();
    context! {
        id => row.id, status => word(&row.status), email => row.email, total => money(row.cart_total),
        items => row.cart_item_count, captured => row.captured_at.display(zone), sent => row.emails_sent,
        recovered => recovered,
    }
}

fn shown_money(amount: kernel::Amount, currency: Currency) -> String {
    amount.in_currency("amount", currency).map(Money::display).unwrap_or_default()
}

fn overview(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let counts = queries::counts(tx, &STATUSES)?;
    let zone = call.engine.zone();
    let revenue = tx.rows(&REVENUE, params![], |row| {
        Ok(Money::new(row.get("net")?, row.get::<Currency>("currency")?).display())
    })?;
    let latest = queries::list(tx, "", &kernel::Paging::first(8))?;
    let total: i64 = counts.iter().sum();
    Ok(Reply::page(
        "recovery/overview.html",
        context! {
            statuses => STATUSES.iter().zip(&counts)
                .map(|(status, count)| context! { word => word(status), count => count }).collect::<Vec<_>>(),
            total => total,
            revenue => if revenue.is_empty() { "–".to_owned() } else { revenue.join(", ") },
            sent => tx.count(&SENT, params![])?,
            clicked => tx.count(&CLICKED, params![])?,
            sessions => latest.rows.iter().map(|row| shown(row, zone)).collect::<Vec<_>>(),
        },
    ))
}

fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let mut paging = call.paging(&queries::ORDER_COLUMNS)?;
    paging.per_page = PER_PAGE;
    let wanted = call.query("status").unwrap_or_default();
    let status = rules::parse_status(wanted).unwrap_or_default();
    let page = queries::list(tx, status, &paging)?;
    let zone = call.engine.zone();
    Ok(Reply::page(
        "recovery/sessions.html",
        context! {
            sessions => page.rows.iter().map(|row| shown(row, zone)).collect::<Vec<_>>(),
            statuses => STATUSES.iter().map(|status| word(status)).collect::<Vec<_>>(),
            status => word(status), search => paging.search, total => page.total, page => paging.page,
            pages => (page.total + i64::from(PER_PAGE) - 1) / i64::from(PER_PAGE),
        },
    ))
}

fn show(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let detail = queries::detail(tx, call.id("id")?)?;
    let zone = call.engine.zone();
    let row = &detail.row;
    let when = |moment: Option<Moment>| moment.map(|moment| moment.display(zone)).unwrap_or_default();
    let lines: Vec<minijinja::Value> = detail
        .cart_snapshot
        .items
        .iter()
        .map(|item| {
            context! {
                name => item.product_name, quantity => item.quantity, image => item.image_url,
                permalink => item.permalink, total => shown_money_exact(item.line_total.decimal(), item.currency),
            }
        })
        .collect();
    Ok(Reply::page(
        "recovery/session.html",
        context! {
            session => shown(row, zone),
            open => matches!(word(&row.status), "captured" | "abandoned") && row.closed_at.is_none(),
            activity => row.last_activity_at.display(zone), abandoned => when(row.abandoned_at),
            closed => when(row.closed_at), close_reason => row.close_reason.replace('_', " "),
            recovered_at => when(row.recovered_at), order_id => row.recovered_order_id.0,
            attribution => detail.attribution_source, consent => detail.consent,
            consents => detail.consent_history.iter().map(|entry| context! {
                given => entry.given, text => entry.text, source => entry.source, at => entry.at.display(zone),
            }).collect::<Vec<_>>(),
            lines => lines,
            mails => detail.notifications.iter().map(|mail| mail_shown(mail, zone)).collect::<Vec<_>>(),
            events => detail.events.iter().map(|event| event_shown(event, zone)).collect::<Vec<_>>(),
        },
    ))
}

/// Line totals are exact; people read whole minor units.
fn shown_money_exact(amount: kernel::Decimal, currency: Currency) -> String {
    amount.to_money(currency).map(Money::display).unwrap_or_default()
}

fn mail_shown(mail: &Notification, zone: &str) -> minijinja::Value {
    let problem = if mail.cancel_reason.is_empty() { &mail.last_error } else { &mail.cancel_reason };
    context! {
        step => mail.step_index + 1, subject => mail.subject, template => mail.email_type, status => mail.status,
        due => mail.scheduled_at.display(zone), attempts => mail.attempts, problem => problem.replace('_', " "),
        sent => mail.sent_at.map(|sent| sent.display(zone)).unwrap_or_default(),
    }
}

/// An event's name and what belongs to it, as `reason: stale, step: 0`.
fn event_shown(event: &SessionEvent, zone: &str) -> minijinja::Value {
    let detail = event.data.as_object().map(|members| {
        let parts = members.iter().map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{}: {value}", name.replace('_', " "))
        });
        parts.collect::<Vec<_>>().join(", ")
    });
    context! {
        name => event.event.replace('_', " "), at => event.timestamp.display(zone),
        detail => detail.unwrap_or_default(),
    }
}
