//! What holds for every cart.
