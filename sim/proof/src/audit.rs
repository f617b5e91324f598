//! The auditor, when everything is at rest: the program's own verifiers, and what the bank, the post and the people
//! know for certain.

use std::collections::{BTreeMap, BTreeSet};

use db::{Sql, Tx, params};
use kernel::{Currency, Decimal, Fault, Moment, Money};

use crate::awards::awarded;
use crate::bank::{SKEW_SECONDS, Verdict};
use crate::world::World;

const ORDERS: Sql = Sql::new(
    "SELECT id, status, total_amount, transaction_id, payment_method, customer_id FROM {p}wc_orders \
     WHERE type = 'shop_order' ORDER BY id",
);
const REFUNDS: Sql = Sql::new(
    "SELECT id, parent_order_id, status, total_amount FROM {p}wc_orders WHERE type = 'shop_order_refund' ORDER BY id",
);
const UNSETTLED: Sql = Sql::new(
    "SELECT attempt_key, state FROM {p}cartwright_payment_attempts WHERE state IN ('open', 'unknown', 'requires_action')",
);
const LEFT_BEHIND: [(&str, &str); 7] = [
    ("an event is not delivered", "SELECT COUNT(*) FROM {p}cartwright_deliveries WHERE state <> 'done'"),
    (
        "an event of the outbox has no delivery",
        "SELECT COUNT(*) FROM {p}cartwright_outbox o WHERE o.name IN \
      ('woocommerce/order/paid', 'woocommerce/order/status_changed', 'woocommerce/order/refunded') AND NOT EXISTS \
      (SELECT 1 FROM {p}cartwright_deliveries d WHERE d.outbox_id = o.id)",
    ),
    (
        "a job has failed or is overdue",
        "SELECT COUNT(*) FROM {p}cartwright_jobs WHERE state = 'failed' OR due_at < ?",
    ),
    (
        "a checkout is still being paid",
        "SELECT COUNT(*) FROM {p}cartwright_checkouts WHERE state IN ('paying', 'requires_action')",
    ),
    (
        "an upsell is not settled",
        "SELECT COUNT(*) FROM {p}cartwright_upsell_attempts WHERE state IN ('open', 'requires_action')",
    ),
    (
        "a refund is not settled",
        "SELECT COUNT(*) FROM {p}cartwright_payment_refunds WHERE state IN ('open', 'unknown')",
    ),
    (
        "a letter is claimed and not settled",
        "SELECT COUNT(*) FROM {p}cartwright_messages WHERE state = 'claimed'",
    ),
];
const MESSAGES: Sql = Sql::new("SELECT message_key, state FROM {p}cartwright_messages ORDER BY id");
const PAID_EVENTS: Sql = Sql::new(
    "SELECT aggregate, COUNT(*) AS times FROM {p}cartwright_outbox WHERE name = 'woocommerce/order/paid' GROUP BY aggregate",
);
const CORRECTIONS: Sql =
    Sql::new("SELECT member_id, points, note FROM {p}oloyalty_ledger WHERE type = 'adjust' ORDER BY id");
const REDEMPTIONS: Sql = Sql::new(
    "SELECT r.code, r.status, r.coupon_id, (SELECT COUNT(*) FROM {p}cartwright_coupons c WHERE c.code = r.code \
     AND c.id = r.coupon_id AND c.usage_limit = 1) AS coupons FROM {p}oloyalty_redemptions r ORDER BY r.id",
);
const STOCK: Sql = Sql::new("SELECT stock_quantity FROM {p}cartwright_products WHERE id = ?");
const SOLD: Sql = Sql::new(
    "SELECT COALESCE(SUM(CAST(q.meta_value AS SIGNED)), 0) FROM {p}woocommerce_order_items i \
     JOIN {p}wc_orders o ON o.id = i.order_id AND o.type = 'shop_order' \
     AND o.status IN ('wc-processing', 'wc-completed', 'wc-refunded') \
     JOIN {p}woocommerce_order_itemmeta m ON m.order_item_id = i.order_item_id AND m.meta_key = '_product_id' \
     JOIN {p}woocommerce_order_itemmeta q ON q.order_item_id = i.order_item_id AND q.meta_key = '_qty' \
     WHERE i.order_item_type = 'line_item' AND CAST(m.meta_value AS SIGNED) = ?",
);
const LATE_LETTERS: Sql = Sql::new(
    "SELECT m.message_key, m.claimed_at, s.captured_at FROM {p}cartwright_messages m \
     JOIN {p}cartwright_sessions s ON s.id = m.session_id WHERE m.state IN ('sent', 'unknown') ORDER BY m.id",
);
const PAID: Sql = Sql::new(
    "SELECT order_id, date_paid_gmt FROM {p}wc_order_operational_data WHERE date_paid_gmt IS NOT NULL ORDER BY order_id",
);
const UNREWARDED: Sql = Sql::new(
    "SELECT o.id FROM {p}wc_orders o JOIN {p}oloyalty_members m ON m.user_id = o.customer_id \
     LEFT JOIN {p}cartwright_point_awards a ON a.action = 'order.completed' AND a.source_key = CAST(o.id AS CHAR) \
     WHERE o.type = 'shop_order' AND o.status = 'wc-completed' AND o.customer_id > 0 AND a.id IS NULL ORDER BY o.id",
);

/// What a world had to show, so that one that shows nothing is noticed.
const TALLY: [(&str, &str); 10] = [
    (
        "orders paid",
        "SELECT COUNT(*) FROM {p}wc_orders WHERE type = 'shop_order' AND status IN ('wc-processing', 'wc-completed', 'wc-refunded')",
    ),
    (
        "orders cancelled or failed",
        "SELECT COUNT(*) FROM {p}wc_orders WHERE type = 'shop_order' AND status IN ('wc-cancelled', 'wc-failed')",
    ),
    (
        "refunds",
        "SELECT COUNT(*) FROM {p}wc_orders WHERE type = 'shop_order_refund' AND status = 'wc-completed'",
    ),
    ("upsells accepted", "SELECT COUNT(*) FROM {p}cartwright_upsell_attempts WHERE state = 'succeeded'"),
    ("upsells failed", "SELECT COUNT(*) FROM {p}cartwright_upsell_attempts WHERE state = 'failed'"),
    (
        "payments declined or abandoned",
        "SELECT COUNT(*) FROM {p}cartwright_payment_attempts WHERE state IN ('declined', 'abandoned', 'refused')",
    ),
    ("rewards redeemed", "SELECT COUNT(*) FROM {p}oloyalty_redemptions"),
    ("ledger entries", "SELECT COUNT(*) FROM {p}oloyalty_ledger"),
    ("letters of unknown fate", "SELECT COUNT(*) FROM {p}cartwright_messages WHERE state = 'unknown'"),
    ("carts recovered", "SELECT COUNT(*) FROM {p}cartwright_attributions"),
];

/// Counts what a world had to show.
pub fn tally(world: &World<'_>) -> Result<Vec<(&'static str, i64)>, Fault> {
    world
        .ground
        .audit
        .read_now(|tx| TALLY.iter().map(|(what, text)| Ok((*what, tx.count_text(text, &[])?))).collect())
}

struct Order {
    id: i64,
    status: String,
    minor: i64,
    transaction: String,
    method: String,
}

impl Order {
    fn is_paid(&self) -> bool {
        matches!(self.status.as_str(), "wc-processing" | "wc-completed" | "wc-refunded")
    }
}

fn minor(amount: Decimal) -> Result<i64, Fault> {
    Ok(amount.to_money(Currency::USD)?.minor())
}

/// Everything that is not as it must be.
pub fn violations(world: &World<'_>) -> Result<Vec<String>, Fault> {
    let mut found: Vec<String> = world.ground.bank.complaints();
    found.extend(world.network.complaints());
    found.extend(world.model.known().complaints.clone());
    found.extend(world.complaints.clone());
    found.extend(verified(world)?);
    let (orders, refunds, rest) = world.ground.audit.read_now(|tx| {
        let orders = orders(tx)?;
        let refunds = tx.rows(&REFUNDS, params![], |row| {
            Ok((
                row.get::<i64>("parent_order_id")?,
                row.get::<String>("status")?,
                row.get::<Decimal>("total_amount")?,
            ))
        })?;
        Ok((orders, refunds, left_behind(tx)?))
    })?;
    found.extend(rest);
    money(world, &orders, &refunds, &mut found)?;
    letters(world, &mut found)?;
    points(world, &mut found)?;
    awarded(world, &mut found)?;
    rewards(world, &mut found)?;
    silence(world, &mut found)?;
    stock(world, &mut found)?;
    events(world, &orders, &mut found)?;
    said(world, &orders, &refunds, &mut found)?;
    Ok(found)
}

/// The program's own verifiers, as `db verify` runs them.
fn verified(world: &World<'_>) -> Result<Vec<String>, Fault> {
    let Some(server) = world.servers.iter().flatten().next() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for verifier in server.engine.verifiers() {
        let check = verifier.check;
        for violation in server.engine.db().read_now(check)? {
            found.push(format!("{}: {}: {}", violation.invariant, violation.subject, violation.detail));
        }
    }
    Ok(found)
}

fn orders(tx: &mut Tx<'_>) -> Result<Vec<Order>, Fault> {
    let rows = tx.rows(&ORDERS, params![], |row| {
        Ok((
            row.get::<i64>("id")?,
            row.get::<String>("status")?,
            row.get::<Decimal>("total_amount")?,
            row.get::<Option<String>>("transaction_id")?,
            row.get::<Option<String>>("payment_method")?,
        ))
    })?;
    let order =
        |(id, status, total, transaction, method): (i64, String, Decimal, Option<String>, Option<String>)| {
            Ok(Order {
                id,
                status,
                minor: minor(total)?,
                transaction: transaction.unwrap_or_default(),
                method: method.unwrap_or_default(),
            })
        };
    rows.into_iter().map(order).collect()
}

/// At rest nothing is half done.
fn left_behind(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    let now = tx.now();
    for (what, text) in LEFT_BEHIND {
        let many =
            if text.contains('?') { tx.count_text(text, params![now])? } else { tx.count_text(text, &[])? };
        if many > 0 {
            found.push(format!("{what} ({many})"));
        }
    }
    let open = tx.rows(&UNSETTLED, params![], |row| {
        Ok((row.get::<String>("attempt_key")?, row.get::<String>("state")?))
    })?;
    found.extend(open.into_iter().map(|(key, state)| format!("payment {key} is still {state}")));
    Ok(found)
}

/// Money charged is money ordered, money given back is money refunded: by the bank's own record.
fn money(
    world: &World<'_>,
    orders: &[Order],
    refunds: &[(i64, String, Decimal)],
    found: &mut Vec<String>,
) -> Result<(), Fault> {
    let cancelled = world.model.known().cancelled.clone();
    let mut given_back: BTreeMap<i64, i64> = BTreeMap::new();
    for (parent, status, total) in refunds {
        if status == "wc-completed" {
            *given_back.entry(*parent).or_default() -= minor(*total)?;
        }
    }
    let mut transactions: BTreeMap<String, &Order> = BTreeMap::new();
    for order in orders.iter().filter(|order| order.method == "test") {
        if !order.transaction.is_empty() {
            if let Some(other) = transactions.insert(order.transaction.clone(), order) {
                found.push(format!("orders {} and {} were paid by one charge", other.id, order.id));
            }
        } else if order.is_paid() && order.minor > 0 {
            found.push(format!("order {} is paid without a charge", order.id));
        }
    }
    for (key, charge) in world.ground.bank.charges() {
        if charge.verdict != Verdict::Paid {
            continue;
        }
        let Some(order) = transactions.remove(&charge.transaction) else {
            found.push(orphan(world, orders, &key, charge.amount));
            continue;
        };
        if order.minor != charge.amount.minor() {
            found.push(format!(
                "order {} of {} was charged {}",
                order.id,
                order.minor,
                charge.amount.minor()
            ));
        }
        // Staff may cancel what has been paid a moment before they saw it.
        if !order.is_paid() && !cancelled.contains(&order.id) {
            found.push(format!("order {} was charged and is {}", order.id, order.status));
        }
        let refunded = given_back.get(&order.id).copied().unwrap_or_default();
        if refunded != charge.refunded {
            found.push(format!(
                "order {} gave back {refunded}, the bank says {} (minor units)",
                order.id, charge.refunded
            ));
        }
    }
    for (transaction, order) in transactions {
        if order.is_paid() {
            found.push(format!("order {} was paid by {transaction}, which the bank does not know", order.id));
        }
    }
    Ok(())
}

/// A charge without an order, with what else there was of its checkout.
fn orphan(world: &World<'_>, orders: &[Order], key: &str, amount: Money) -> String {
    let stem = |key: &str| key.rsplit_once(':').map(|(stem, _)| stem.to_owned());
    let charges: Vec<String> = world
        .ground
        .bank
        .charges()
        .iter()
        .filter(|(other, _)| stem(other) == stem(key))
        .map(|(other, charge)| {
            format!("{other} {:?} at {} as {}", charge.verdict, charge.at, charge.transaction)
        })
        .collect();
    let same: Vec<String> = orders
        .iter()
        .filter(|order| order.minor == amount.minor())
        .map(|order| format!("order {} {} by {:?}", order.id, order.status, order.transaction))
        .collect();
    format!(
        "charge {key} of {} belongs to no order ({}; {})",
        amount.major(),
        charges.join(", "),
        same.join(", ")
    )
}

/// One letter per step, and none that the program does not know of.
fn letters(world: &World<'_>, found: &mut Vec<String>) -> Result<(), Fault> {
    let mut taken: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for letter in world.ground.post.taken() {
        taken.entry(letter.key).or_insert((0, letter.to)).0 += 1;
    }
    let messages = world.ground.audit.read_now(|tx| {
        Ok(tx.rows(&MESSAGES, params![], |row| {
            Ok((row.get::<String>("message_key")?, row.get::<String>("state")?))
        })?)
    })?;
    for (key, state) in messages {
        let times = taken.remove(&key).map_or(0, |(times, _)| times);
        let right = match state.as_str() {
            "sent" => times == 1,
            "unknown" => times <= 1,
            _ => times == 0,
        };
        if !right {
            found.push(format!("letter {key} is {state} and was taken {times} times"));
        }
    }
    // With the permission everything that was kept goes as well.
    let known = world.model.known();
    taken.retain(|_, (times, to)| *times > 1 || !known.withdrawn.contains(to));
    found.extend(taken.into_keys().map(|key| format!("letter {key} is unknown to the program")));
    Ok(())
}

/// Each correction once, and exactly as asked for; every completed order of a member has been rewarded.
fn points(world: &World<'_>, found: &mut Vec<String>) -> Result<(), Fault> {
    let (rows, unrewarded) = world.ground.audit.read_now(|tx| {
        let rows = tx.rows(&CORRECTIONS, params![], |row| {
            Ok((row.get::<i64>("member_id")?, row.get::<i64>("points")?, row.get::<String>("note")?))
        })?;
        Ok((rows, tx.rows(&UNREWARDED, params![], |row| row.get::<i64>("id"))?))
    })?;
    let known = world.model.known();
    for (reason, asked) in &known.corrections {
        let times = rows.iter().filter(|(.., note)| note == reason).count();
        if times > 1 || (asked.done && times == 0) {
            found.push(format!("correction {reason} stands {times} times in the ledger"));
        }
        if rows.iter().any(|(member, points, note)| {
            note == reason && (*member != asked.member || *points != asked.points)
        }) {
            found.push(format!("correction {reason} is not the one that was asked for"));
        }
    }
    found.extend(unrewarded.into_iter().map(|id| format!("order {id} was completed and earned nothing")));
    Ok(())
}

/// A reward is redeemed once for each key, and its code is one coupon of the shop.
fn rewards(world: &World<'_>, found: &mut Vec<String>) -> Result<(), Fault> {
    let rows = world.ground.audit.read_now(|tx| {
        Ok(tx.rows(&REDEMPTIONS, params![], |row| {
            let (code, status) = (row.get::<String>("code")?, row.get::<String>("status")?);
            Ok((code, status, row.get::<i64>("coupon_id")?, row.get::<i64>("coupons")?))
        })?)
    })?;
    for (code, status, coupon, coupons) in &rows {
        if status == "reversed" || *coupons != 1 {
            found.push(format!(
                "reward {code} is {status} with coupon {coupon}, of which there are {coupons}"
            ));
        }
    }
    let known = world.model.known();
    if rows.len() > known.redeemed.len() {
        found.push(format!("{} rewards were asked for, {} are redeemed", known.redeemed.len(), rows.len()));
    }
    let codes: BTreeSet<&String> = known.redeemed.values().flatten().collect();
    if codes.len() != known.redeemed.values().flatten().count() {
        found.push("two redemptions were answered with one code".to_owned());
    }
    let lost = codes.into_iter().filter(|code| !rows.iter().any(|(stands, ..)| stands == *code));
    found.extend(lost.map(|code| format!("reward {code} was answered and is not there")));
    Ok(())
}

/// Nobody who has ordered or said no is written to. A letter counts from the moment at which it was decided on; an order
/// stands against letters to addresses that were left before it was paid, not before its page was looked at.
fn silence(world: &World<'_>, found: &mut Vec<String>) -> Result<(), Fault> {
    let rows = world.ground.audit.read_now(|tx| {
        Ok(tx.rows(&LATE_LETTERS, params![], |row| {
            let (key, decided) = (row.get::<String>("message_key")?, row.get::<Moment>("claimed_at")?);
            Ok((key, (decided, row.get::<Moment>("captured_at")?)))
        })?)
    })?;
    let decisions: BTreeMap<String, (Moment, Moment)> = rows.into_iter().collect();
    let paid = world.ground.audit.read_now(|tx| {
        Ok(tx.rows(&PAID, params![], |row| {
            Ok((row.get::<i64>("order_id")?, row.get::<Moment>("date_paid_gmt")?))
        })?)
    })?;
    let paid: BTreeMap<i64, Moment> = paid.into_iter().collect();
    let known = world.model.known();
    for letter in world.ground.post.taken() {
        let Some((decided, captured)) = decisions.get(&letter.key).copied() else { continue };
        let late = |at: Moment| decided > at.plus_seconds(SKEW_SECONDS);
        if known.silenced.iter().any(|(email, at)| *email == letter.to && late(*at)) {
            found.push(format!("letter {} went to somebody who had said no", letter.key));
        }
        let before = |order: &i64| paid.get(order).is_some_and(|at| captured <= *at);
        let late_one =
            known.bought.iter().find(|(order, email, at)| *email == letter.to && late(*at) && before(order));
        if let Some((order, _, at)) = late_one {
            found.push(format!(
                "letter {} was decided on at {decided}, although order {order} was thanked for at {at} (captured {captured})",
                letter.key
            ));
        }
    }
    Ok(())
}

/// What is left and what was sold is what there was.
fn stock(world: &World<'_>, found: &mut Vec<String>) -> Result<(), Fault> {
    for (product, stock) in world.template.scarce.clone() {
        let (left, sold) = world.ground.audit.read_now(move |tx| {
            Ok((tx.count(&STOCK, params![product])?, tx.count(&SOLD, params![product])?))
        })?;
        if left + sold != stock {
            found.push(format!("of {stock} of product {product} {sold} were sold, and {left} are left"));
        }
    }
    Ok(())
}

/// Each paid order was announced once.
fn events(world: &World<'_>, orders: &[Order], found: &mut Vec<String>) -> Result<(), Fault> {
    let rows = world.ground.audit.read_now(|tx| {
        Ok(tx.rows(&PAID_EVENTS, params![], |row| {
            Ok((row.get::<String>("aggregate")?, row.get::<i64>("times")?))
        })?)
    })?;
    let announced: BTreeMap<String, i64> = rows.into_iter().collect();
    for order in orders.iter().filter(|order| order.is_paid()) {
        let times = announced.get(&format!("order:{}", order.id)).copied().unwrap_or_default();
        if times != 1 {
            found.push(format!("the payment of order {} was announced {times} times", order.id));
        }
    }
    Ok(())
}

/// What was answered is true.
fn said(
    world: &World<'_>,
    orders: &[Order],
    refunds: &[(i64, String, Decimal)],
    found: &mut Vec<String>,
) -> Result<(), Fault> {
    let known = world.model.known();
    for (id, ..) in &known.bought {
        if !orders.iter().any(|order| order.id == *id && (order.is_paid() || known.cancelled.contains(id))) {
            found.push(format!("order {id} was thanked for and is not paid"));
        }
    }
    for (key, id) in &known.ordered {
        if let Some(id) = id
            && !orders.iter().any(|order| order.id == *id)
        {
            found.push(format!("order {id} of {key} was answered and is not there"));
        }
    }
    let by_hand = orders.iter().filter(|order| order.method == "cheque").count();
    if by_hand > known.ordered.len() {
        found.push(format!("{} orders were sent from elsewhere, {by_hand} are there", known.ordered.len()));
    }
    let mut least: BTreeMap<i64, i64> = BTreeMap::new();
    for asked in known.refunds.values().filter(|asked| asked.done) {
        *least.entry(asked.order).or_default() += asked.minor;
    }
    for (order, minor_units) in least {
        let mut sum = 0;
        for (parent, status, total) in refunds {
            if *parent == order && status == "wc-completed" {
                sum -= minor(*total)?;
            }
        }
        if sum < minor_units {
            found.push(format!("{minor_units} of order {order} were said to be given back, {sum} were"));
        }
    }
    Ok(())
}
