//! Mail composition, the built-in outbox, order mail.
