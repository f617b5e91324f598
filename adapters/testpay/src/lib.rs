//! The test gateway: Stripe's well-known card numbers, its own record.
