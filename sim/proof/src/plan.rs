//! What is played: a seed, how long, and which of the faults it draws are left out.

use std::collections::BTreeSet;
use std::fmt;

use kernel::Fault;
use sim::Chance;

/// A world to play. The same plan is the same world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Everything is drawn from it.
    pub seed: u64,
    /// Rounds of people coming, before the world comes to rest.
    pub rounds: u32,
    /// Numbers of faults that are drawn and do not strike.
    pub without: BTreeSet<u32>,
}

impl Plan {
    /// The usual world of a seed.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self { seed, rounds: 5, without: BTreeSet::new() }
    }

    /// As [`fmt::Display`] writes it: `7 rounds=3 without=1-4,9`; the part after `#` is for people.
    pub fn parse(line: &str) -> Result<Self, Fault> {
        let problem = || Fault::invalid("plan", format!("Write it as `7 rounds=3 without=1-4,9`: {line}"));
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let mut plan = Self::of(words.next().and_then(|seed| seed.parse().ok()).ok_or_else(problem)?);
        for word in words {
            match word.split_once('=') {
                Some(("rounds", rounds)) => plan.rounds = rounds.parse().map_err(|_| problem())?,
                Some(("without", list)) => {
                    for range in list.split(',') {
                        let (first, last) = range.split_once('-').unwrap_or((range, range));
                        let first: u32 = first.parse().map_err(|_| problem())?;
                        let last: u32 = last.parse().map_err(|_| problem())?;
                        plan.without.extend(first..=last);
                    }
                }
                _ => return Err(problem()),
            }
        }
        Ok(plan)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} rounds={}", self.seed, self.rounds)?;
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for number in &self.without {
            match ranges.last_mut() {
                Some(range) if range.1 + 1 == *number => range.1 = *number,
                _ => ranges.push((*number, *number)),
            }
        }
        for (place, (first, last)) in ranges.iter().enumerate() {
            formatter.write_str(if place == 0 { " without=" } else { "," })?;
            if first == last {
                write!(formatter, "{first}")?;
            } else {
                write!(formatter, "{first}-{last}")?;
            }
        }
        Ok(())
    }
}

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A server stops, before a commit, after one, or while it talks to the outside.
    Crash,
    /// A transaction is refused for good.
    Refused,
    /// A transaction is refused and run again.
    RunTwice,
    /// The bank or the post cannot be reached.
    Down,
    /// The bank has charged, or the post has taken the letter, and the answer is lost.
    AnswerLost,
    /// The bank's answer takes longer than anybody waits.
    Hang,
    /// A letter is refused for good.
    Bounced,
    /// A server loses its database for a while.
    CutOff,
    /// Time jumps.
    ClockJump,
    /// One server's clock is set.
    ClockSet,
    /// A request of long ago arrives once more.
    Repeat,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Crash,
        Self::Refused,
        Self::RunTwice,
        Self::Down,
        Self::AnswerLost,
        Self::Hang,
        Self::Bounced,
        Self::CutOff,
        Self::ClockJump,
        Self::ClockSet,
        Self::Repeat,
    ];

    /// For people, of many.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crash => "crashes",
            Self::Refused => "transactions refused",
            Self::RunTwice => "transactions run twice",
            Self::Down => "bank or post away",
            Self::AnswerLost => "answers lost",
            Self::Hang => "answers never given",
            Self::Bounced => "letters bounced",
            Self::CutOff => "databases lost",
            Self::ClockJump => "clocks jumped",
            Self::ClockSet => "clocks set",
            Self::Repeat => "requests repeated",
        }
    }
}

/// Draws faults, and remembers which have struck.
#[derive(Debug)]
pub struct Faults {
    chance: Chance,
    without: BTreeSet<u32>,
    drawn: u32,
    calm: bool,
    struck: Vec<(u32, Kind)>,
}

impl Faults {
    /// For a plan.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let chance = Chance::new(plan.seed ^ 0x6661_756c_7473);
        Self { chance, without: plan.without.clone(), drawn: 0, calm: false, struck: Vec::new() }
    }

    /// True when the fault strikes now, in so many of a thousand cases.
    pub fn strikes(&mut self, kind: Kind, in_a_thousand: u64) -> bool {
        if self.calm || self.chance.below(1_000) >= in_a_thousand {
            return false;
        }
        self.drawn += 1;
        let strikes = !self.without.contains(&self.drawn);
        if strikes {
            self.struck.push((self.drawn, kind));
        }
        strikes
    }

    /// How many, how long: more of what the fault is like.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        self.chance.between(least, most)
    }

    /// From here on nothing goes wrong.
    pub const fn calm(&mut self) {
        self.calm = true;
    }

    /// What has struck so far.
    #[must_use]
    pub fn struck(&self) -> &[(u32, Kind)] {
        &self.struck
    }
}

#[cfg(test)]
mod tests {
    use super::Plan;

    #[test]
    fn a_plan_reads_as_it_is_written() {
        for line in ["7 rounds=5", "9 rounds=2 without=1-4,9", "18446744073709551615 rounds=0 without=3"] {
            assert_eq!(Plan::parse(line).map(|plan| plan.to_string()).ok().as_deref(), Some(line));
        }
        assert_eq!(Plan::parse("7 # paid twice").ok(), Some(Plan::of(7)));
        assert!(Plan::parse("seven").is_err());
        assert!(Plan::parse("7 without=x").is_err());
    }
}
