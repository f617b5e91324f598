//! Writing tax rates.

use kernel::Fault;
use runtime::Tx;

use super::store;
use crate::sheet::Problem;

/// What an import of rates did.
#[derive(Debug)]
pub struct Imported {
    /// Rates that were added.
    pub created: usize,
    /// Rates that were there already.
    pub known: usize,
    /// Rows that were not read.
    pub problems: Vec<Problem>,
}

/// Imports WooCommerce's tax rate CSV. A rate that is there already, to the letter, is not added again.
pub fn import(tx: &mut Tx, file: &[u8]) -> Result<Imported, Fault> {
    let report = super::parse(file);
    let mut imported = Imported { created: 0, known: 0, problems: report.problems };
    let mut there = store::all(tx)?;
    for mut rate in report.rates {
        let same = |known: &super::TaxRate| super::TaxRate { id: 0, ..known.clone() } == rate;
        if there.iter().any(same) {
            imported.known += 1;
            continue;
        }
        store::put(tx, &mut rate)?;
        imported.created += 1;
        there.push(rate);
    }
    Ok(imported)
}
