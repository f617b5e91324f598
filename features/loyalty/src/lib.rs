//! Members, the points ledger, earn rules, tiers.
