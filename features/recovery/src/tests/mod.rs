//! Shoppers' ways through recovery, on both databases.

mod host;
mod pages;
mod sending;
mod shoppers;
mod steps;
mod world;
