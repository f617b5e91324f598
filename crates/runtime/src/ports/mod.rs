//! The outside as traits. Adapters implement them; a unit never reaches one.

pub mod gateway;
pub mod host;
pub mod mailer;
pub(crate) mod observed;

pub use gateway::{Gateway, GatewayCharge, GatewayCommand, GatewayError, GatewaySource, Webhook};
pub use host::{
    AddToCart, ChildOrder, Host, MadeCoupon, NewCoupon, NewOrder, OfferLine, OrderQuote, RestoreLine,
    RestoreOutcome, RestoredLine, SessionOrder,
};
pub use mailer::{Mail, MailError, Mailer};
