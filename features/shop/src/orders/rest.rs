//! `wc/v3` orders and their notes.

use http::Method;
use kernel::ids::OrderId;
use kernel::{Fault, Moment, Page, capability};
use runtime::Tx;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Call, Reply, Routes};

use super::model::{Filter, Order};
use super::rest_body::{self, OrderBody};
use super::rest_model::{self, NoteReply, OrderReply};
use super::{commands, queries, rules, store};

/// A note to add.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NoteBody {
    note: String,
    #[serde(default)]
    customer_note: bool,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/orders")
        .summary("Orders.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .query("status", "One or more statuses, separated by commas, or any.")
        .query("customer", "Only this account.")
        .query("product", "Only orders with this product.")
        .query("parent", "Only child orders of this one.")
        .query("after", "Placed at or after this time.")
        .query("before", "Placed at or before this time.")
        .query("include", "Only these ids, separated by commas.")
        .replies::<Vec<OrderReply>>()
        .read(list);
    routes
        .rest(Method::POST, "wc/v3", "/orders")
        .summary("Make an order.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<OrderBody>()
        .replies::<OrderReply>()
        .status(201)
        .unit(|call, tx| {
            let key = match call.idempotency_key()? {
                Some(key) => kernel::hash::sha256(format!("{}:{key}", call.caller.user_id())),
                None => call.unique_id.clone(),
            };
            let key = format!("rest:{key}");
            let order = rest_body::create(tx, &key, &call.body()?)?;
            Ok(Reply::created(&OrderReply::of(tx, &order)?))
        });
    routes
        .rest(Method::GET, "wc/v3", "/orders/{id}")
        .summary("An order.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<OrderReply>()
        .read(|call, tx| {
            let order = queries::must(tx, call.id("id")?)?;
            Ok(Reply::json(&OrderReply::of(tx, &order)?))
        });
    for method in [Method::PUT, Method::PATCH] {
        routes
            .rest(method, "wc/v3", "/orders/{id}")
            .summary("Change an order's status, addresses, notes or metadata.")
            .requires(capability::MANAGE_WOOCOMMERCE)
            .body::<OrderBody>()
            .replies::<OrderReply>()
            .flow(change);
    }
    routes
        .rest(Method::DELETE, "wc/v3", "/orders/{id}")
        .summary("Move an order to the trash; with force=true an unpaid one is deleted.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .query("force", "true: for good.")
        .replies::<OrderReply>()
        .unit(delete);
    notes(routes);
}

async fn change(call: Call) -> Result<Reply, Fault> {
    let id: OrderId = call.id("id")?;
    let body: OrderBody = call.body()?;
    let changed = call
        .engine
        .write(call.caller.actor(), move |tx| {
            queries::must(tx, id)?;
            let order = rest_body::change(tx, id, &body)?;
            OrderReply::of(tx, &order)
        })
        .await;
    if let Err(fault) = &changed
        && fault.code == commands::COUPON_USED_ELSEWHERE
    {
        let fault = fault.clone();
        call.engine.write(call.caller.actor(), move |tx| commands::note_refusal(tx, id, &fault)).await?;
    }
    Ok(Reply::json(&changed?))
}

fn delete(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let order = queries::must(tx, call.id("id")?)?;
    let answer = OrderReply::of(tx, &order)?;
    let force = call.query_flag("force");
    if force && order.paid_at.is_some() {
        return Err(Fault::refused(
            "woocommerce_rest_cannot_delete",
            "A paid order is part of the books. Refund it, or move it to the trash without force.",
        ));
    }
    commands::set_status(tx, order.id, "trash", "")?;
    if force {
        store::remove(tx, order.id)?;
    }
    Ok(Reply::json(&answer))
}

fn notes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/orders/{id}/notes")
        .summary("Notes of an order, newest first.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<Vec<NoteReply>>()
        .read(|call, tx| {
            let order = queries::must(tx, call.id("id")?)?;
            let notes: Vec<NoteReply> =
                queries::notes(tx, order.id)?.into_iter().map(NoteReply::from).collect();
            Ok(Reply::json(&notes))
        });
    routes
        .rest(Method::POST, "wc/v3", "/orders/{id}/notes")
        .summary("Add a note.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<NoteBody>()
        .replies::<NoteReply>()
        .status(201)
        .unit(|call, tx| {
            let id: OrderId = call.id("id")?;
            queries::must(tx, id)?;
            let body: NoteBody = call.body()?;
            if body.note.trim().is_empty() || body.note.chars().count() > 5_000 {
                return Err(Fault::invalid("note", "Write 1 to 5000 characters."));
            }
            let author = call.caller.user()?.login.clone();
            let note_id = commands::add_note(tx, id, body.note.trim(), body.customer_note, &author)?;
            let note = queries::notes(tx, id)?.into_iter().find(|note| note.id == note_id);
            Ok(Reply::created(&note.map(NoteReply::from)))
        });
}

fn moment(call: &Call, name: &str) -> Result<Option<Moment>, Fault> {
    call.query(name)
        .map(|text| {
            Moment::parse(text)
                .or_else(|| Moment::parse(&format!("{text}Z")))
                .ok_or_else(|| Fault::invalid(name, "Use a time such as 2026-05-07T14:42:00."))
        })
        .transpose()
}

fn number(call: &Call, name: &str) -> Result<Option<i64>, Fault> {
    call.query(name)
        .map(|text| text.parse().map_err(|_| Fault::invalid(name, "Use a whole number.")))
        .transpose()
}

fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let paging = call.paging(&["date", "id", "include", "modified"])?;
    let mut statuses = Vec::new();
    for status in
        call.query("status").unwrap_or("any").split(',').filter(|status| !matches!(*status, "" | "any"))
    {
        let known = rules::STATUSES.contains(&status) || status.starts_with("cartbay-");
        if !known {
            return Err(Fault::invalid("status", format!("Use any, or of: {}.", rules::STATUSES.join(", "))));
        }
        statuses.push(status.to_owned());
    }
    let include = call.query("include").unwrap_or_default();
    let include = include
        .split(',')
        .filter(|id| !id.is_empty())
        .map(|id| {
            id.trim().parse::<i64>().map_err(|_| Fault::invalid("include", "Use ids, separated by commas."))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    let filter = Filter {
        statuses,
        customer_id: number(call, "customer")?,
        parent_id: number(call, "parent")?,
        product_id: number(call, "product")?,
        search: paging.search.clone(),
        after: moment(call, "after")?,
        before: moment(call, "before")?,
        include,
        ascending: !paging.descending,
        offset: paging.offset(),
        limit: i64::from(paging.per_page),
    };
    let page: Page<Order> = queries::list(tx, &filter)?;
    let rows = rest_model::replies(tx, &page.rows)?;
    Ok(Reply::list(&Page { rows, total: page.total }, &paging))
}
