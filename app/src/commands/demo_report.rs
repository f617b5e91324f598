//! What the demo says at its end.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use sim::{Play, Summary};

use crate::configuration::Configuration;

/// Characters of the first column.
const COLUMN: usize = 26;

/// A count with commas: `12,345`.
fn grouped(number: impl TryInto<i128>) -> String {
    let number = number.try_into().unwrap_or(0);
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// `n%` of a whole, in whole percent.
fn percent(part: usize, whole: usize) -> String {
    format!("{}%", part * 100 / whole.max(1))
}

/// The figures.
pub fn of(play: &Play, summary: &Summary, took: Duration) -> String {
    let tally = &summary.tally;
    let carts = format!(
        "{} left with an address, {} recovered ({})",
        grouped(summary.abandoned),
        grouped(summary.recovered),
        summary.recovered_revenue.display()
    );
    let offers = format!(
        "{} of {} shown ({}), {}",
        grouped(tally.accepted),
        grouped(tally.offers),
        percent(tally.accepted, tally.offers),
        summary.offer_revenue.display()
    );
    let bumps = format!("{} orders ({})", grouped(tally.bumped), percent(tally.bumped, tally.orders));
    let verified = if summary.violations.is_empty() {
        format!("all {} invariants hold", summary.invariants)
    } else {
        format!("{} violations of {} invariants", summary.violations.len(), summary.invariants)
    };
    let rows = [
        ("Shoppers", grouped(tally.shoppers)),
        ("Visits", format!("{}, {} pages", grouped(tally.visits), grouped(tally.pages))),
        ("Orders", format!("{} ({} of visits)", grouped(tally.orders), percent(tally.orders, tally.visits))),
        ("Revenue", summary.revenue.display()),
        ("Average order", summary.average_order().display()),
        ("Bumps taken", bumps),
        ("Offers after the payment", offers),
        ("Carts", carts),
        ("Mails", format!("{} sent, {} unsubscribed", grouped(summary.mails), grouped(tally.unsubscribed))),
        ("Members", format!("{} with {} points", grouped(summary.members), grouped(summary.points))),
        (
            "Payments",
            format!("{} declined, {} asked by the bank", grouped(tally.declined), grouped(tally.challenges)),
        ),
        ("Refunds", format!("{}, {}", grouped(tally.refunds), summary.refunded.display())),
        ("Books", verified),
        ("Took", format!("{}.{} seconds", took.as_secs(), took.subsec_millis() / 100)),
    ];
    let mut text = format!("{} days of a small shop, from seed {}\n\n", play.days, play.seed);
    for (name, value) in rows {
        let _ = writeln!(text, "  {name:COLUMN$}{value}");
    }
    for violation in &summary.violations {
        let _ = writeln!(text, "  {} {}: {}", violation.invariant, violation.subject, violation.detail);
    }
    text
}

/// Where to look.
pub fn addresses(configuration: &Configuration, summary: &Summary, folder: &Path, serves: bool) -> String {
    let url = &configuration.public_url;
    let password = configuration.admin_password.as_deref().unwrap_or_default();
    let mut rows = vec![("Shop", format!("{url}/shop"))];
    if let Some(path) = &summary.saved_cart {
        rows.push(("A saved cart's checkout", format!("{url}{path}")));
    }
    rows.push(("Checkout of your cart", format!("{url}/checkout/{}", sim::opening::FUNNEL)));
    rows.push(("Admin", format!("{url}/admin  as {} with {password}", configuration.admin_user)));
    if let Some((email, points)) = &summary.best_member {
        let login = format!("as {email} with {}", sim::shopper::PASSWORD);
        rows.push(("A member's account", format!("{url}/my-account  {login} ({} points)", grouped(*points))));
    }
    rows.push(("Mails", format!("{url}/admin/outbox")));
    rows.push(("Cards", "4242 4242 4242 4242 pays, 4000 0025 0000 3155 asks first".to_owned()));
    let mut text = "\n".to_owned();
    for (name, value) in rows {
        let _ = writeln!(text, "  {name:COLUMN$}{value}");
    }
    if !serves {
        let _ = writeln!(
            text,
            "\nServe it with: cartwright serve --database-url sqlite:{}",
            folder.join("shop.db").display()
        );
    }
    text
}
