//! The program put together: configuration, the one list of features, the ports, and the commands that belong to no
//! feature. Nothing else depends on this crate but the binary, the simulation and the tests.

pub mod bounds;
pub mod command_line;
pub mod commands;
pub mod configuration;
pub mod demo;
pub mod features;
pub mod first_start;
pub mod forwarded;
pub mod log;
pub mod wiring;

pub use configuration::Configuration;
pub use wiring::Application;
