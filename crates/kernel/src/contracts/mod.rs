//! What features share: events, filters and requests, one file per namespace. A feature never imports another.

pub mod accounts;
pub mod cartbay;
pub mod messaging;
pub mod ocart;
pub mod oloyalty;
pub mod payments;
pub mod shop;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Something that has happened. Written to the outbox in the transaction that caused it, delivered at least once
/// to each subscriber, in order per [`Event::aggregate`].
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The hook's name, such as `ocart/bump/accepted`.
    const NAME: &'static str;

    /// What the order of delivery is kept for, such as `order:17` or `member:4`.
    fn aggregate(&self) -> String;
}

/// A pure change of a value on its way, such as `oloyalty/earn/points`.
pub trait Filter: Send + Sync + 'static {
    /// The hook's name.
    const NAME: &'static str;
    /// What is filtered.
    type Value: Serialize + DeserializeOwned + Clone + Send;
    /// What the filter may look at.
    type Context: Serialize + Send + Sync;

    /// The value as it may stand, whatever somebody outside of the program made of it.
    #[must_use]
    fn clamped(value: Self::Value) -> Self::Value {
        value
    }

    /// What the value is about, in words that are the same each time its unit is run: no number of a row that the unit
    /// itself may write.
    fn about(context: &Self::Context) -> String;
}

/// One feature asking another for work that has an answer. Exactly one feature registers the handler.
pub trait Request: Send + Sync + 'static {
    /// The request's name, such as `payments/charge`.
    const NAME: &'static str;
    /// The answer.
    type Reply: Send + 'static;
}

/// Declares an event: its name, payload struct and aggregate.
#[macro_export]
macro_rules! event {
    ($(#[$doc:meta])* $name:ident = $hook:literal, $aggregate:expr; { $($(#[$field_doc:meta])* $field:ident : $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind),* }

        impl $crate::Event for $name {
            const NAME: &'static str = $hook;
            fn aggregate(&self) -> String {
                let named: fn(&Self) -> String = $aggregate;
                named(self)
            }
        }
    };
}
