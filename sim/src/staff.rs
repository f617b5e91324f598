//! The people behind the counter: they send parcels in the morning and give money back when asked.

use kernel::{Currency, Decimal, Fault, Money};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::chance::Chance;
use crate::world::{Tally, World, staff_call};

/// A refund that somebody will ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Complaint {
    /// The order.
    pub(crate) order: i64,
    /// Everything back, not half.
    pub(crate) whole: bool,
}

/// Completes the orders of the days before; gives those whose buyers will want money back.
pub(crate) async fn send_parcels(
    world: &World,
    staff: &mut Browser,
    chance: &mut Chance,
    tally: &mut Tally,
) -> Result<Vec<Complaint>, Fault> {
    let mut complaints = Vec::new();
    let path = "wc/v3/orders?status=processing&order=asc&orderby=id&per_page=100";
    let waiting = staff_call(staff, "GET", path, &Value::Null, "").await?.json();
    for order in waiting.as_array().map(Vec::as_slice).unwrap_or_default() {
        let Some(id) = order["id"].as_i64() else { continue };
        // Now and then something is not on the shelf and waits until tomorrow.
        if chance.percent(6) {
            continue;
        }
        world.pass(20);
        let body = json!({ "status": "completed" });
        staff_call(staff, "PUT", &format!("wc/v3/orders/{id}"), &body, "").await?;
        tally.completed += 1;
        if chance.percent(4) {
            complaints.push(Complaint { order: id, whole: chance.percent(45) });
        }
    }
    Ok(complaints)
}

/// Gives money back through the gateway.
pub(crate) async fn give_back(
    staff: &mut Browser,
    complaint: Complaint,
    tally: &mut Tally,
) -> Result<(), Fault> {
    let id = complaint.order;
    let order = staff_call(staff, "GET", &format!("wc/v3/orders/{id}"), &Value::Null, "").await?.json();
    let total = money(&order, "total")?;
    let amount = if complaint.whole { total } else { Money::new(total.minor() / 2, total.currency()) };
    if amount.minor() == 0 {
        return Ok(());
    }
    let reason = if complaint.whole { "Returned unused" } else { "Arrived with a dent; a part back" };
    let body = json!({ "amount": amount.major(), "reason": reason });
    let key = format!("demo-refund-{id}");
    staff_call(staff, "POST", &format!("wc/v3/orders/{id}/refunds"), &body, &key).await?;
    tally.refunds += 1;
    Ok(())
}

/// An amount of a row as REST shows it, as text or as a number.
pub(crate) fn money(row: &Value, field: &str) -> Result<Money, Fault> {
    let currency = row["currency"].as_str().and_then(Currency::parse).unwrap_or(Currency::USD);
    let shown = &row[field];
    let text = shown.as_str().map_or_else(|| shown.to_string(), str::to_owned);
    let amount = Decimal::parse(&text).ok_or_else(|| Fault::bug(format!("{field} is {text}")))?;
    amount.to_money(currency)
}
