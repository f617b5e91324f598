//! Keys and whom they stand for.

use kernel::Moment;

/// How a key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Signs what goes out.
    Current,
    /// Sent to the store, which may use it already: good for what comes in, not yet for what goes out.
    Next,
    /// Was current a moment ago: still good for what comes in.
    Previous,
    /// Never good again.
    Revoked,
}

impl KeyState {
    /// As the column holds it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Next => "next",
            Self::Previous => "previous",
            Self::Revoked => "revoked",
        }
    }

    /// From the column.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        [Self::Current, Self::Next, Self::Previous]
            .into_iter()
            .find(|state| state.name() == name)
            .unwrap_or(Self::Revoked)
    }
}

/// A key that both sides hold.
#[derive(Clone)]
pub struct Key {
    /// 16 hexadecimal digits, which travel.
    pub id: String,
    /// 32 bytes, which do not.
    pub secret: Vec<u8>,
    /// How it may be used.
    pub state: KeyState,
    /// Not good after that; none: until it is replaced.
    pub good_until: Option<Moment>,
    /// Made at.
    pub created_at: Moment,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Key")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// The store that this server serves, as a call's handler gets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreSite {
    /// The store's id, 32 hexadecimal digits; empty until the store has said it.
    pub site: String,
    /// Where it says that it is.
    pub address: String,
    /// Bound to this server at; none: to nobody.
    pub paired_at: Option<Moment>,
    /// Last heard of, to the minute.
    pub heard_at: Option<Moment>,
    /// What it told of itself with `hello`, as JSON; empty before.
    pub told: String,
    /// Names of the filters that have something hooked there.
    pub hooked: Vec<String>,
}

impl StoreSite {
    /// Bound to this server?
    #[must_use]
    pub const fn is_paired(&self) -> bool {
        self.paired_at.is_some()
    }
}
