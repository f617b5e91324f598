//! When people come: weekdays, hours, and a little more every week.

use kernel::Moment;

use crate::chance::Chance;

const DAY: i64 = 86_400;
/// From Monday to Sunday: busier towards the weekend.
const WEEKDAYS: [u64; 7] = [92, 88, 94, 100, 118, 126, 112];
/// By hour of the day: quiet nights, a noon and an evening peak.
const HOURS: [u64; 24] =
    [6, 3, 2, 1, 1, 2, 5, 12, 22, 30, 36, 42, 52, 46, 38, 36, 38, 44, 54, 68, 76, 66, 40, 18];
/// Growth over the whole period, percent.
const GROWTH: u64 = 60;

/// A number drawn by weights.
fn weighted(chance: &mut Chance, weights: &[u64]) -> usize {
    let mut left = chance.below(weights.iter().sum());
    for (index, weight) in weights.iter().enumerate() {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return index,
        }
    }
    0
}

/// The period that is played.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    start: Moment,
    end: Moment,
    weights: Vec<u64>,
}

impl Calendar {
    /// So many days up to `end`.
    pub(crate) fn new(days: u32, end: Moment) -> Self {
        let start = end.plus_days(-i64::from(days));
        let count = u64::from(days).max(1);
        let weights = (0..count)
            .map(|day| {
                let offset = i64::try_from(day).unwrap_or(0);
                // The epoch was a Thursday.
                let weekday = (start.unix() / DAY + offset + 3).rem_euclid(7);
                let weekday = usize::try_from(weekday).unwrap_or(0);
                WEEKDAYS.get(weekday).copied().unwrap_or(100) * (100 + GROWTH * day / count)
            })
            .collect();
        Self { start, end, weights }
    }

    /// The first moment.
    pub(crate) const fn start(&self) -> Moment {
        self.start
    }

    /// The last moment.
    pub(crate) const fn end(&self) -> Moment {
        self.end
    }

    /// A moment for a visit: within the period and not in its last half hour.
    pub(crate) fn moment(&self, chance: &mut Chance) -> Moment {
        let day = i64::try_from(weighted(chance, &self.weights)).unwrap_or(0);
        let hour = i64::try_from(weighted(chance, &HOURS)).unwrap_or(12);
        let midnight = self.start.unix().div_euclid(DAY) * DAY;
        let mut at = Moment::from_unix(midnight + day * DAY + hour * 3_600 + chance.between(0, 3_599));
        if at < self.start {
            at = at.plus_days(1);
        }
        at.min(self.end.plus_minutes(-30)).max(self.start)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Moment;

    use super::Calendar;
    use crate::chance::Chance;

    #[test]
    fn visits_fall_into_the_period_and_grow() {
        let end = Moment::parse("2026-11-21T10:00:00Z").unwrap();
        let calendar = Calendar::new(90, end);
        let mut chance = Chance::new(7);
        let mut late = 0;
        for _ in 0..2_000 {
            let at = calendar.moment(&mut chance);
            assert!(at >= calendar.start() && at < calendar.end());
            late += i32::from(at > end.plus_days(-45));
        }
        assert!((1_000..1_300).contains(&late), "{late}");
    }
}
