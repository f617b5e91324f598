//! What the shop's own figures say after the play, asked over REST, beside what the people of the world did.

use kernel::{Currency, Fault, Money};
use runtime::verify::Violation;
use serde_json::Value;

use crate::browser::Browser;
use crate::staff::money;
use crate::world::{Tally, World, staff_call};

/// Rows of a page.
const PER_PAGE: i64 = 100;

/// The closing figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What people did.
    pub tally: Tally,
    /// Orders the shop counts as paid, offers' own orders included.
    pub paid_orders: i64,
    /// Of these, orders of offers accepted after the payment.
    pub offer_orders: i64,
    /// Money taken, before refunds.
    pub revenue: Money,
    /// Money taken by offers after the payment.
    pub offer_revenue: Money,
    /// Money given back.
    pub refunded: Money,
    /// Carts that were left with an address.
    pub abandoned: i64,
    /// Of these, carts that came back.
    pub recovered: i64,
    /// Money of those.
    pub recovered_revenue: Money,
    /// Mails that went out.
    pub mails: usize,
    /// Members of the loyalty programme.
    pub members: i64,
    /// Points they have.
    pub points: i64,
    /// The member with most points: address and points.
    pub best_member: Option<(String, i64)>,
    /// Path of the newest restore link that nobody has followed.
    pub saved_cart: Option<String>,
    /// Invariants that were recomputed.
    pub invariants: usize,
    /// Those that do not hold.
    pub violations: Vec<Violation>,
}

impl Summary {
    /// What an order came to on average, offers after the payment included.
    #[must_use]
    pub fn average_order(&self) -> Money {
        let orders = (self.paid_orders - self.offer_orders).max(1);
        Money::new(self.revenue.minor() / orders, self.revenue.currency())
    }
}

/// Every row of a REST list.
async fn all(staff: &mut Browser, path: &str) -> Result<Vec<Value>, Fault> {
    let mut rows = Vec::new();
    for page in 1.. {
        let separator = if path.contains('?') { '&' } else { '?' };
        let address = format!("{path}{separator}per_page={PER_PAGE}&page={page}");
        let answer = staff_call(staff, "GET", &address, &Value::Null, "").await?;
        let Value::Array(found) = answer.json() else { break };
        let last = found.is_empty();
        rows.extend(found);
        if last || i64::try_from(rows.len()).unwrap_or(i64::MAX) >= answer.total {
            break;
        }
    }
    Ok(rows)
}

/// Asks for the figures and recomputes every invariant.
pub(crate) async fn of(world: &World, tally: Tally, saved_cart: Option<String>) -> Result<Summary, Fault> {
    let mut staff = world.staff();
    let mut summary = Summary {
        tally,
        paid_orders: 0,
        offer_orders: 0,
        revenue: Money::zero(Currency::USD),
        offer_revenue: Money::zero(Currency::USD),
        refunded: Money::zero(Currency::USD),
        abandoned: 0,
        recovered: 0,
        recovered_revenue: Money::zero(Currency::USD),
        mails: world.mailbox.sent(),
        members: 0,
        points: 0,
        best_member: None,
        saved_cart,
        invariants: world.engine.verifiers().len(),
        violations: Vec::new(),
    };
    orders(&mut staff, &mut summary).await?;
    sessions(&mut staff, &mut summary).await?;
    for member in all(&mut staff, "oloyalty/v1/members").await? {
        summary.members += 1;
        let points = member["points_balance"].as_i64().unwrap_or(0);
        summary.points += points;
        if summary.best_member.as_ref().is_none_or(|(_, most)| points > *most) {
            summary.best_member = member["email"].as_str().map(|email| (email.to_owned(), points));
        }
    }
    for verifier in world.engine.verifiers() {
        summary.violations.extend(world.engine.read(verifier.check).await?);
    }
    Ok(summary)
}

async fn orders(staff: &mut Browser, summary: &mut Summary) -> Result<(), Fault> {
    for order in all(staff, "wc/v3/orders?status=processing,completed,refunded").await? {
        let total = money(&order, "total")?;
        summary.paid_orders += 1;
        summary.revenue = summary.revenue.plus(total)?;
        if order["parent_id"].as_i64().unwrap_or(0) > 0 {
            summary.offer_orders += 1;
            summary.offer_revenue = summary.offer_revenue.plus(total)?;
        }
        for refund in order["refunds"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let mut refund = refund.clone();
            refund["currency"] = order["currency"].clone();
            let given = money(&refund, "total")?;
            summary.refunded = summary.refunded.plus(Money::new(given.minor().abs(), given.currency()))?;
        }
    }
    Ok(())
}

async fn sessions(staff: &mut Browser, summary: &mut Summary) -> Result<(), Fault> {
    for session in all(staff, "cartbay/v1/sessions").await? {
        if session["abandoned_at"].is_null() {
            continue;
        }
        summary.abandoned += 1;
        if !session["recovered_at"].is_null() {
            summary.recovered += 1;
            let gained = money(&session, "recovered_revenue")?;
            summary.recovered_revenue = summary.recovered_revenue.plus(gained)?;
        }
    }
    Ok(())
}
