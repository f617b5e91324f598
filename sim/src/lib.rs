//! A seeded shop in miniature. Shoppers look, fill carts, leave, come back through the recovery mail, buy, take offers;
//! staff complete and refund orders. All of it goes through the program's own router: what happens here would happen
//! over HTTP in the same way.
//!
//! One seed is one history: people, chance and time all come from it.

pub mod browser;
pub mod catalogue;
pub mod chance;
pub mod clock;
pub mod forms;
pub mod mailbox;
pub mod people;

pub use chance::{Chance, SeededEntropy};
pub use clock::SimulatedClock;
pub use mailbox::Mailbox;
