//! Who may call a route.

use kernel::Fault;

use crate::caller::Caller;

/// Who may call a route; checked before its handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// A shopper with a cart token of his own. The handler must still check that what he asks for is his.
    Shopper,
    /// Anyone logged in.
    LoggedIn,
    /// A user with the capability.
    Capability(&'static str),
    /// A shopper with a cart token, or a user with the capability.
    ShopperOr(&'static str),
    /// Another system that signs its calls. The handler checks the signature: only it knows the keys.
    Signed,
}

impl Access {
    /// Refuses with 401 when nobody is logged in, with 403 when the capability is lacking.
    pub fn check(self, caller: &Caller) -> Result<(), Fault> {
        match self {
            Self::Public | Self::Signed => Ok(()),
            Self::Shopper if caller.cart_token.is_some() => Ok(()),
            Self::Shopper => Err(Fault::unauthenticated()),
            Self::LoggedIn => caller.user().map(|_| ()),
            Self::Capability(capability) => caller.must(capability),
            Self::ShopperOr(_) if caller.cart_token.is_some() => Ok(()),
            Self::ShopperOr(capability) => caller.must(capability),
        }
    }

    /// The capability a route needs, for OpenAPI and the manifest tests.
    #[must_use]
    pub const fn capability(self) -> Option<&'static str> {
        match self {
            Self::Capability(capability) | Self::ShopperOr(capability) => Some(capability),
            _ => None,
        }
    }
}
