//! The whole program under faults. One seed is one world: shoppers, staff and other programs, a bank and a post outside,
//! several servers on one database, clocks. Everything goes through the program's own routes, jobs and commands, on one
//! thread and one step at a time, so that the same plan is the same history. An auditor holds what is known for
//! certain against the program's own account.

pub mod audit;
pub mod awards;
pub mod bank;
pub mod board;
pub mod client;
pub mod desk;
pub mod model;
pub mod network;
pub mod plan;
pub mod plants;
pub mod post;
pub mod server;
pub mod shopping;
pub mod template;
pub mod world;

pub use plan::Plan;
pub use plants::{PLANTS, Plant};
pub use template::Template;
pub use world::{Outcome, play};
