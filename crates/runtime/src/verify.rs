//! Invariants, recomputed from the journals by `db verify` and by the tests.

use db::Tx;
use kernel::Fault;

/// One thing that should be true and is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which invariant, such as `ledger.balance_after`.
    pub invariant: &'static str,
    /// The row, such as `member 42`.
    pub subject: String,
    /// What was found and what was expected.
    pub detail: String,
}

/// Recomputes one invariant; read-only.
#[derive(Clone, Copy)]
pub struct Verifier {
    /// Name, such as `ledger.chain`.
    pub name: &'static str,
    /// Finds the violations.
    pub check: fn(&mut Tx) -> Result<Vec<Violation>, Fault>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}
