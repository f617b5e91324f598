//! Typed row ids, so that a cart's id cannot stand where an order's is meant.

/// Declares a row id: a positive integer that serialises as a number, and is read from a number or its text.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(#[serde(deserialize_with = "crate::json::whole")] pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}", self.0)
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }
    };
}

id!(/** A user account. */ UserId);
id!(/** A product or a variation. */ ProductId);
id!(/** An order, a refund or a CartBay session (which is an order). */ OrderId);
id!(/** A line of an order. */ OrderItemId);
id!(/** A row of `ocart_carts`. */ CartId);
id!(/** A funnel. */ FunnelId);
id!(/** A step of a funnel. */ StepId);
id!(/** An offer: bump, upsell or downsell. */ OfferId);
id!(/** A recovery sequence. */ SequenceId);
id!(/** A cart's way through a sequence. */ RunId);
id!(/** A loyalty member. */ MemberId);
id!(/** A row of the points ledger. */ LedgerEntryId);
id!(/** A loyalty tier. */ TierId);
id!(/** A reward of the catalogue. */ RewardId);
id!(/** A reward that a member redeemed. */ RedemptionId);
