//! Charges, refunds, saved methods and reconciliation, whatever the gateway.
