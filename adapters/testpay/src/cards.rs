//! What each card does. Numbers are read here and nowhere kept.

/// A card as the gateway knows it once its number is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Pays.
    Pays,
    /// Asks for a challenge the first time, then pays.
    Challenges,
    /// Is declined.
    Declines,
    /// Pays while the shopper is there, is declined when he is not.
    InsufficientFunds,
    /// Attaches; every charge fails.
    AttachesOnly,
}

const CARDS: [(&str, Kind, &str); 5] = [
    ("4242424242424242", Kind::Pays, "pays"),
    ("4000002500003155", Kind::Challenges, "challenges"),
    ("4000000000000002", Kind::Declines, "declines"),
    ("4000000000009995", Kind::InsufficientFunds, "insufficient"),
    ("4000000000000341", Kind::AttachesOnly, "attaches"),
];

impl Kind {
    /// By a typed number; blanks and dashes are ignored.
    pub(crate) fn of_number(number: &str) -> Option<Self> {
        let digits: String = number.chars().filter(|character| !matches!(character, ' ' | '-')).collect();
        CARDS.iter().find(|(known, ..)| *known == digits).map(|(_, kind, _)| *kind)
    }

    /// By a saved method's id, `pm_{random}_{kind}`.
    pub(crate) fn of_method(method: &str) -> Option<Self> {
        let (_, word) = method.strip_prefix("pm_")?.split_once('_')?;
        CARDS.iter().find(|(.., known)| *known == word).map(|(_, kind, _)| *kind)
    }

    /// The last part of a saved method's id.
    pub(crate) fn word(self) -> &'static str {
        CARDS.iter().find(|(_, kind, _)| *kind == self).map_or("", |(.., word)| word)
    }

    /// For people: `Visa ending 4242`.
    pub(crate) fn label(self) -> String {
        let number = CARDS.iter().find(|(_, kind, _)| *kind == self).map_or("", |(number, ..)| number);
        format!("Visa ending {}", number.get(12..).unwrap_or_default())
    }

    /// What a charge comes to; `present` when the shopper typed the card just now.
    pub(crate) fn verdict(self, present: bool) -> Verdict {
        match self {
            Self::Pays => Verdict::Pays,
            Self::Challenges if present => Verdict::Asks,
            Self::Challenges => Verdict::Pays,
            Self::InsufficientFunds if present => Verdict::Pays,
            Self::InsufficientFunds => {
                Verdict::Declines("insufficient_funds", "The card has insufficient funds.")
            }
            Self::Declines | Self::AttachesOnly => {
                Verdict::Declines("card_declined", "The card was declined. Try another card.")
            }
        }
    }
}

/// What a charge comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The money moves.
    Pays,
    /// The bank asks first.
    Asks,
    /// Code and sentence.
    Declines(&'static str, &'static str),
}

#[cfg(test)]
mod tests {
    use super::{Kind, Verdict};

    #[test]
    fn numbers_are_read_with_and_without_blanks() {
        assert_eq!(Kind::of_number("4242 4242 4242 4242"), Some(Kind::Pays));
        assert_eq!(Kind::of_number("4242424242424242"), Some(Kind::Pays));
        assert_eq!(Kind::of_number("4242424242424241"), None);
        assert_eq!(Kind::of_number(""), None);
    }

    #[test]
    fn a_saved_method_knows_its_kind_and_no_number() {
        for kind in
            [Kind::Pays, Kind::Challenges, Kind::Declines, Kind::InsufficientFunds, Kind::AttachesOnly]
        {
            assert_eq!(Kind::of_method(&format!("pm_x_{}", kind.word())), Some(kind));
            assert_eq!(kind.label().len(), "Visa ending 4242".len());
        }
        assert_eq!(Kind::of_method("pm_pays"), None);
    }

    #[test]
    fn funds_run_out_only_when_the_shopper_is_away() {
        assert_eq!(Kind::InsufficientFunds.verdict(true), Verdict::Pays);
        assert!(matches!(Kind::InsufficientFunds.verdict(false), Verdict::Declines("insufficient_funds", _)));
        assert_eq!(Kind::Challenges.verdict(true), Verdict::Asks);
    }
}
