//! Reading the dashboard.

use std::collections::BTreeMap;

use kernel::{Currency, Fault, Money};
use runtime::Tx;
use runtime::engine::Surroundings;
use runtime::settings::shop;

use super::model::{
    Bumps, Conversion, Dashboard, Day, Headline, Loyalty, OtherCurrency, Period, Recovery, Upsells,
};
use super::store::{self, Happening, Sum};
use super::{rules, rules::rate};
use crate::journal::model::Metric;

/// True once an order was ever paid.
pub fn has_sold(tx: &mut Tx) -> Result<bool, Fault> {
    store::ever(tx, Metric::Orders)
}

/// The latest that is worth telling, newest first.
pub fn recent(tx: &mut Tx, limit: i64) -> Result<Vec<Happening>, Fault> {
    store::recent(tx, limit)
}

/// A period's sums by metric.
#[derive(Debug, Clone, Default)]
struct Totals(BTreeMap<Metric, (i64, i64)>);

impl Totals {
    fn of<'a>(sums: impl Iterator<Item = &'a Sum>) -> Self {
        let mut totals = Self::default();
        for sum in sums {
            let place = totals.0.entry(sum.metric).or_default();
            place.0 = place.0.saturating_add(sum.quantity);
            place.1 = place.1.saturating_add(sum.amount);
        }
        totals
    }

    fn count(&self, metric: Metric) -> i64 {
        self.0.get(&metric).map_or(0, |(quantity, _)| *quantity)
    }

    fn minor(&self, metric: Metric) -> i64 {
        self.0.get(&metric).map_or(0, |(_, amount)| *amount)
    }

    fn gross(&self) -> i64 {
        self.minor(Metric::Orders).saturating_add(self.minor(Metric::UpsellOrders))
    }

    fn refunded(&self) -> i64 {
        self.minor(Metric::Refunds).saturating_add(self.minor(Metric::Cancellations))
    }

    fn headline(&self, currency: Currency) -> Result<Headline, Fault> {
        let gross = Money::new(self.gross(), currency);
        let refunded = Money::new(self.refunded(), currency);
        let orders = self.count(Metric::Orders);
        Ok(Headline {
            orders,
            gross_revenue: gross.amount(),
            refunds: self.count(Metric::Refunds),
            refunded: refunded.amount(),
            revenue: gross.minus(refunded)?.amount(),
            average_order_value: rules::average(gross, orders)?.amount(),
        })
    }

    fn day(&self, day: &str, currency: Currency) -> Day {
        let amount = |minor| Money::new(minor, currency).amount();
        Day {
            day: day.to_owned(),
            orders: self.count(Metric::Orders),
            gross_revenue: amount(self.gross()),
            refunded: amount(self.refunded()),
            revenue: amount(self.gross().saturating_sub(self.refunded())),
            carts: self.count(Metric::CartsCreated),
            abandoned: self.count(Metric::CartsAbandoned),
            recovered: self.count(Metric::CartsRecovered),
            points_earned: self.count(Metric::PointsEarned),
        }
    }

    fn conversion(&self) -> Conversion {
        let (carts, checkouts, orders) =
            (self.count(Metric::CartsCreated), self.count(Metric::Checkouts), self.count(Metric::CartOrders));
        Conversion {
            carts,
            checkouts,
            orders,
            carts_converted: self.count(Metric::CartsConverted),
            checkout_rate: rate(checkouts, carts),
            payment_rate: rate(orders, checkouts),
            conversion_rate: rate(orders, carts),
        }
    }

    fn bumps(&self, currency: Currency) -> Bumps {
        let (shown, accepted) = (self.count(Metric::BumpsShown), self.count(Metric::BumpsAccepted));
        Bumps {
            shown,
            accepted,
            take_rate: rate(accepted, shown),
            sold: self.count(Metric::BumpSales),
            revenue: Money::new(self.minor(Metric::BumpSales), currency).amount(),
        }
    }

    fn upsells(&self, currency: Currency) -> Upsells {
        let (accepted, declined) = (self.count(Metric::UpsellsAccepted), self.count(Metric::UpsellsDeclined));
        let answered = accepted.saturating_add(declined);
        Upsells {
            answered,
            accepted,
            declined,
            take_rate: rate(accepted, answered),
            revenue: Money::new(self.minor(Metric::UpsellOrders), currency).amount(),
        }
    }

    fn recovery(&self, currency: Currency) -> Recovery {
        let (abandoned, recovered) = (self.count(Metric::CartsAbandoned), self.count(Metric::CartsRecovered));
        let revenue = self.minor(Metric::CartsRecovered).saturating_sub(self.minor(Metric::RecoveredLost));
        Recovery {
            abandoned,
            abandoned_value: Money::new(self.minor(Metric::CartsAbandoned), currency).amount(),
            emails: self.count(Metric::RecoveryEmails),
            texts: self.count(Metric::RecoveryTexts),
            recovered,
            recovery_rate: rate(recovered, abandoned),
            revenue: Money::new(revenue, currency).amount(),
        }
    }
}

/// The dashboard of a period.
pub fn dashboard(tx: &mut Tx, period: &Period) -> Result<Dashboard, Fault> {
    let currency = shop::currency(tx)?;
    let earliest = period.before.first().unwrap_or(&period.from);
    let sums = store::days(tx, earliest, &period.to, currency)?;
    let (now, before): (Vec<&Sum>, Vec<&Sum>) = sums.iter().partition(|sum| sum.day >= period.from);
    let mut by_day: BTreeMap<&str, Vec<&Sum>> = BTreeMap::new();
    for sum in &now {
        by_day.entry(sum.day.as_str()).or_default().push(sum);
    }
    let day = |day: &String| {
        let sums = by_day.get(day.as_str()).into_iter().flatten().copied();
        Totals::of(sums).day(day, currency)
    };
    let series = period.days.iter().map(day).collect();
    let totals = Totals::of(now.into_iter());
    let other_currencies = store::others(tx, &period.from, &period.to, currency)?
        .into_iter()
        .map(|(orders, revenue)| OtherCurrency {
            currency: revenue.currency().code().to_owned(),
            orders,
            revenue: revenue.amount(),
        })
        .collect();
    Ok(Dashboard {
        from: period.from.clone(),
        to: period.to.clone(),
        time_zone: tx.zone().to_owned(),
        currency: currency.code().to_owned(),
        headline: totals.headline(currency)?,
        previous: Totals::of(before.into_iter()).headline(currency)?,
        conversion: totals.conversion(),
        bumps: totals.bumps(currency),
        upsells: totals.upsells(currency),
        recovery: totals.recovery(currency),
        loyalty: Loyalty {
            members: store::until(tx, Metric::Members, &period.to)?,
            joined: totals.count(Metric::Members),
            earned: totals.count(Metric::PointsEarned),
            reversed: totals.count(Metric::PointsReversed),
            outstanding: store::until(tx, Metric::PointsOutstanding, &period.to)?,
        },
        series,
        other_currencies,
    })
}
