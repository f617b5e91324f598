//! `wc/v3` orders and their notes.

use http::Method;
use kernel::ids::OrderId;
use kernel::{Fault, Page, capability};
use runtime::Tx;
use runtime::engine::Surroundings;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Call, Reply, Routes};

use super::model::{Filter, Order, SortBy};
use super::rest_body::{self, OrderBody};
use super::rest_model::{NoteReply, OrderReply, Shown};
use super::{commands, queries, rules, store};
use crate::wire::{DATES, Dates, ROWS, check_context};

/// A note to add.
#[derive(Debug, Deserialize, JsonSchema)]
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
        .queries(&ROWS)
        .queries(&DATES)
        .query("status", "One or more statuses, separated by commas, or any.")
        .query("customer", "Only this account.")
        .query("product", "Only orders with this product.")
        .query("parent", "Only child orders of these.")
        .query("parent_exclude", "No child orders of these.")
        .query("created_via", "Only orders that came about in one of these ways.")
        .query("number", "Only the order of this number.")
        .query("dp", "Digits after the point of amounts.")
        .query("include_meta", "Only metadata of these keys.")
        .query("exclude_meta", "No metadata of these keys.")
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
            let order = rest_body::create(tx, &key, &call.lenient_body()?)?;
            Ok(Reply::created(&OrderReply::of(tx, &order)?))
        });
    routes
        .rest(Method::GET, "wc/v3", "/orders/{id}")
        .summary("An order.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<OrderReply>()
        .read(|call, tx| {
            let order = queries::must(tx, call.id("id")?)?;
            Ok(Reply::json(&OrderReply::shown(tx, &order, &Shown::of(call)?)?))
        });
    for method in web::CHANGES {
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
    let body: OrderBody = call.lenient_body()?;
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
    let force = call.says("force");
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
        .query("type", "any, customer or internal.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<Vec<NoteReply>>()
        .read(|call, tx| {
            let order = queries::must(tx, call.id("id")?)?;
            let kind = call.choice("type", &["any", "customer", "internal"])?;
            let mut notes = queries::notes(tx, order.id)?;
            match kind.as_deref() {
                Some("customer") => notes.retain(|note| note.customer_note),
                Some("internal") => notes.retain(|note| !note.customer_note),
                _ => {}
            }
            Ok(Reply::json(&notes.into_iter().map(NoteReply::from).collect::<Vec<_>>()))
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
            let body: NoteBody = call.lenient_body()?;
            if body.note.trim().is_empty() || body.note.chars().count() > 5_000 {
                return Err(Fault::invalid("note", "Write 1 to 5000 characters."));
            }
            let author = call.caller.user()?.login.clone();
            let note_id = commands::add_note(tx, id, body.note.trim(), body.customer_note, &author)?;
            let note = queries::notes(tx, id)?.into_iter().find(|note| note.id == note_id);
            Ok(Reply::created(&note.map(NoteReply::from)))
        });
}

/// What the shop has none of, and so cannot look for.
const CANNOT: [&str; 2] = ["order_item_display_meta", "currency"];

fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    check_context(call)?;
    call.without(&CANNOT)?;
    let paging = call.paging(&["date", "id", "include", "title", "slug", "modified"])?;
    let mut statuses = call.values("status").unwrap_or_default();
    for status in &mut statuses {
        *status = status.strip_prefix("wc-").unwrap_or(status).to_owned();
        let known = *status == "any"
            || rules::STATUSES.contains(&status.as_str())
            || status.starts_with("cartbay-")
            || matches!(status.as_str(), "checkout-draft" | "auto-draft" | "draft");
        if !known {
            return Err(Fault::invalid("status", format!("Use any, or of: {}.", rules::STATUSES.join(", "))));
        }
    }
    if statuses.iter().any(|status| status == "any") {
        statuses.clear();
    }
    let mut include = call.ids("include")?;
    if let Some(number) = call.number("number")? {
        include =
            Some(include.unwrap_or_else(|| vec![number]).into_iter().filter(|id| *id == number).collect());
    }
    let filter = Filter {
        statuses,
        customer_id: call.number("customer")?,
        parents: call.ids("parent")?,
        not_parents: call.ids("parent_exclude")?,
        product_id: call.number("product")?,
        search: paging.search.clone(),
        dates: Dates::of(call, tx.zone())?,
        include,
        exclude: call.ids("exclude")?,
        created_via: call.values("created_via"),
        // An order is called by its number, so title and slug go by it.
        sort_by: match paging.orderby.as_str() {
            "id" | "title" | "slug" => SortBy::Id,
            "include" => SortBy::Include,
            "modified" => SortBy::Modified,
            _ => SortBy::Date,
        },
        ascending: !paging.descending,
        offset: paging.offset(),
        limit: i64::from(paging.per_page),
    };
    let shown = Shown::of(call)?;
    let page: Page<Order> = queries::list(tx, &filter)?;
    let rows = page
        .rows
        .iter()
        .map(|order| OrderReply::shown(tx, order, &shown))
        .collect::<Result<Vec<_>, Fault>>()?;
    Ok(Reply::list(&Page { rows, total: page.total }, &paging))
}
