//! A seeded shop in miniature. Shoppers look, fill carts, leave, come back through the recovery mail, buy, take offers;
//! staff complete and refund orders. All of it goes through the program's own router: what happens here would happen
//! over HTTP in the same way.
//!
//! One seed is one history: people, chance and time all come from it.

pub mod browser;
mod calendar;
pub mod catalogue;
pub mod chance;
pub mod clock;
pub mod forms;
mod letters;
pub mod mailbox;
pub mod opening;
pub mod people;
mod play;
mod purchase;
pub mod shopper;
mod staff;
mod summary;
mod world;

pub use chance::{Chance, SeededEntropy};
pub use clock::SimulatedClock;
pub use mailbox::Mailbox;
pub use play::{Play, Progress, play};
pub use summary::Summary;
pub use world::{Tally, World, staff_call};
