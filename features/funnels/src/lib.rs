//! Funnels, steps, checkout layouts, order bumps, upsells.
