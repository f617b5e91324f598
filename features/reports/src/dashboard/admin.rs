//! `/admin/ocart`: everything at a glance.

use std::cmp::Ordering;

use http::Method;
use kernel::capability::OCART_MANAGE;
use kernel::{Amount, Currency, Fault, Money};
use runtime::Tx;
use runtime::engine::Surroundings;
use runtime::settings::shop;
use serde::Serialize;
use web::{Call, Reply, Routes, Template, context};

use super::model::{Dashboard, Headline};
use super::rules::{self, grouped, percent};
use super::rules_chart::{Point, chart};
use super::{queries, store::Happening};

/// Template of the slice.
pub const DASHBOARD: Template = ("reports/dashboard.html", include_str!("pages/dashboard.html"));

const PERIODS: [i64; 3] = [7, 30, 90];
const RECENT: i64 = 10;

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/admin/ocart").requires(OCART_MANAGE).read(page);
}

fn page(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let asked = call.query("days").and_then(|text| text.parse::<i64>().ok());
    let days = asked.filter(|days| PERIODS.contains(days)).unwrap_or(rules::DAYS);
    let zone = tx.zone().to_owned();
    let period = rules::last_days(days, tx.now(), &zone);
    let found = queries::dashboard(tx, &period)?;
    let currency = shop::currency(tx)?;
    let view = View { found: &found, currency };
    let now = tx.now();
    let recent: Vec<Told> =
        queries::recent(tx, RECENT)?.iter().map(|happening| told(happening, now, &zone)).collect();
    let others: Vec<String> = found
        .other_currencies
        .iter()
        .map(|other| {
            format!("{} {} in {} orders", other.currency, other.revenue.decimal(), grouped(other.orders))
        })
        .collect();
    Ok(Reply::page(
        DASHBOARD.0,
        context! {
            days => days, periods => PERIODS, has_sold => queries::has_sold(tx)?, stats => view.stats(days)?,
            chart => chart(&view.points()?, currency), rows => view.rows()?, total => view.show(found.headline.revenue)?,
            steps => view.steps(), offers => view.offers()?, recovery => view.recovery()?, loyalty => view.loyalty(),
            recent => recent, others => others, from => rules::short_day(&found.from), to => rules::short_day(&found.to),
        },
    ))
}

#[derive(Serialize)]
struct Told {
    text: String,
    amount: String,
    order_id: i64,
    when: String,
    at: String,
}

fn told(happening: &Happening, now: kernel::Moment, zone: &str) -> Told {
    Told {
        text: rules::sentence(happening),
        amount: happening.amount.filter(|amount| amount.minor() != 0).map(Money::display).unwrap_or_default(),
        order_id: happening.order_id,
        when: rules::when(happening.at, now, zone),
        at: happening.at.rfc3339(),
    }
}

/// A headline number with how it stands to the period before.
#[derive(Serialize)]
struct Stat {
    label: &'static str,
    value: String,
    change: String,
    rises: bool,
    falls: bool,
    note: String,
}

/// A step on the way from cart to order.
#[derive(Serialize)]
struct WayStep {
    label: &'static str,
    count: String,
    note: String,
    share: i64,
}

/// How an offer does.
#[derive(Serialize)]
struct OfferRow {
    label: &'static str,
    seen: String,
    accepted: String,
    rate: String,
    share: i64,
    revenue: String,
}

#[derive(Serialize)]
struct DayRow {
    day: String,
    orders: String,
    gross: String,
    refunded: String,
    revenue: String,
}

struct View<'a> {
    found: &'a Dashboard,
    currency: Currency,
}

impl View<'_> {
    fn money(&self, amount: Amount) -> Result<Money, Fault> {
        amount.decimal().to_money(self.currency)
    }

    fn show(&self, amount: Amount) -> Result<String, Fault> {
        Ok(self.money(amount)?.display())
    }

    fn stats(&self, days: i64) -> Result<Vec<Stat>, Fault> {
        let Dashboard { headline, previous, conversion, bumps, upsells, recovery, .. } = self.found;
        let against = |label, value, now: i64, before: i64, note: String| {
            let change = rules::change(now, before);
            Stat {
                label,
                value,
                rises: matches!(change, Some((_, Ordering::Greater))),
                falls: matches!(change, Some((_, Ordering::Less))),
                change: change.map(|(share, _)| share).unwrap_or_default(),
                note: if before > 0 { format!("than the {days} days before") } else { note },
            }
        };
        let minor =
            |of: fn(&Headline) -> Amount, from: &Headline| Ok::<_, Fault>(self.money(of(from))?.minor());
        let (revenue, earlier) = (minor(|of| of.revenue, headline)?, minor(|of| of.revenue, previous)?);
        let (average, average_before) =
            (minor(|of| of.average_order_value, headline)?, minor(|of| of.average_order_value, previous)?);
        let refunds = if headline.refunded.decimal().is_zero() {
            "no refunds".to_owned()
        } else {
            format!("after {} of refunds", self.show(headline.refunded)?)
        };
        let offers = Money::new(
            self.money(bumps.revenue)?.minor().saturating_add(self.money(upsells.revenue)?.minor()),
            self.currency,
        );
        let plain = |label, value, note| Stat {
            label,
            value,
            change: String::new(),
            rises: false,
            falls: false,
            note,
        };
        Ok(vec![
            against("Revenue", self.show(headline.revenue)?, revenue, earlier, refunds),
            against("Orders", grouped(headline.orders), headline.orders, previous.orders, "paid".to_owned()),
            against(
                "Average order",
                self.show(headline.average_order_value)?,
                average,
                average_before,
                "with its upsells".to_owned(),
            ),
            plain(
                "Conversion",
                percent(conversion.conversion_rate),
                format!("{} orders from {} carts", grouped(conversion.orders), grouped(conversion.carts)),
            ),
            plain("From offers", offers.display(), "bumps and upsells".to_owned()),
            plain(
                "Recovered",
                self.show(recovery.revenue)?,
                format!("{} of {} abandoned carts", grouped(recovery.recovered), grouped(recovery.abandoned)),
            ),
        ])
    }

    fn points(&self) -> Result<Vec<Point>, Fault> {
        self.found
            .series
            .iter()
            .map(|day| {
                let orders =
                    if day.orders == 1 { "1 order".to_owned() } else { format!("{} orders", day.orders) };
                let title = format!("{}: {}, {orders}", rules::short_day(&day.day), self.show(day.revenue)?);
                Ok(Point { day: day.day.clone(), minor: self.money(day.revenue)?.minor(), title })
            })
            .collect()
    }

    fn rows(&self) -> Result<Vec<DayRow>, Fault> {
        self.found
            .series
            .iter()
            .rev()
            .map(|day| {
                Ok(DayRow {
                    day: rules::short_day(&day.day),
                    orders: grouped(day.orders),
                    gross: self.show(day.gross_revenue)?,
                    refunded: self.show(day.refunded)?,
                    revenue: self.show(day.revenue)?,
                })
            })
            .collect()
    }

    fn steps(&self) -> Vec<WayStep> {
        let conversion = &self.found.conversion;
        if conversion.carts == 0 {
            return Vec::new();
        }
        let step = |label, count: i64, note| WayStep {
            label,
            count: grouped(count),
            note,
            share: rules::share(rules::rate(count, conversion.carts)),
        };
        let of_carts = |rate| format!("{} of carts", percent(rate));
        vec![
            step("Carts", conversion.carts, "begun".to_owned()),
            step("Checkouts", conversion.checkouts, of_carts(conversion.checkout_rate)),
            step("Orders", conversion.orders, of_carts(conversion.conversion_rate)),
        ]
    }

    fn offers(&self) -> Result<Vec<OfferRow>, Fault> {
        let Dashboard { bumps, upsells, .. } = self.found;
        Ok(vec![
            OfferRow {
                label: "Order bumps",
                seen: format!("{} shown", grouped(bumps.shown)),
                accepted: grouped(bumps.accepted),
                rate: bumps.take_rate.map(|rate| percent(Some(rate))).unwrap_or_default(),
                share: rules::share(bumps.take_rate),
                revenue: self.show(bumps.revenue)?,
            },
            OfferRow {
                label: "Upsells",
                seen: format!("{} answered", grouped(upsells.answered)),
                accepted: grouped(upsells.accepted),
                rate: upsells.take_rate.map(|rate| percent(Some(rate))).unwrap_or_default(),
                share: rules::share(upsells.take_rate),
                revenue: self.show(upsells.revenue)?,
            },
        ])
    }

    fn recovery(&self) -> Result<minijinja::Value, Fault> {
        let recovery = &self.found.recovery;
        Ok(context! {
            abandoned => grouped(recovery.abandoned), value => self.show(recovery.abandoned_value)?,
            emails => grouped(recovery.emails), texts => recovery.texts, recovered => grouped(recovery.recovered),
            rate => recovery.recovery_rate.map(|rate| percent(Some(rate))), share => rules::share(recovery.recovery_rate),
            revenue => self.show(recovery.revenue)?,
        })
    }

    fn loyalty(&self) -> minijinja::Value {
        let loyalty = &self.found.loyalty;
        context! {
            members => grouped(loyalty.members), joined => grouped(loyalty.joined), earned => grouped(loyalty.earned),
            reversed => grouped(loyalty.reversed), outstanding => grouped(loyalty.outstanding),
        }
    }
}
