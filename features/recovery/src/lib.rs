//! Carts, CartBay sessions, sequences, runs, restore, suppression.
