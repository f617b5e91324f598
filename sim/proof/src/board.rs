//! Where everything that is under way waits for its turn. Whoever reaches a point at which another could come between,
//! or at which a fault may strike, parks here; the world calls one up at a time. So one seed is one interleaving.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// A point at which something waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// A unit is about to run.
    Unit,
    /// A unit has committed, its answer is on the way.
    Answer,
    /// A charge or a refund is on its way to the bank.
    Bank,
    /// The bank's answer is on the way.
    BankAnswer,
    /// A letter is on its way to the post.
    Post,
    /// The post's answer is on the way.
    PostAnswer,
    /// A person waits a while before trying again.
    Patience,
    /// A person goes away and comes back much later.
    Absence,
}

/// What whoever waits is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Go on.
    Go,
    /// The unit runs twice; the bank's line breaks after the order has arrived.
    Twice,
    /// It does not get through, and nothing has happened.
    Refuse,
    /// It gets through, and the answer is lost.
    Lose,
    /// The letter comes back for good.
    Bounce,
    /// It gets through, and the answer takes longer than anybody waits.
    Hang,
}

/// Whoever parks without a server of his own.
pub const NO_SERVER: usize = usize::MAX;

struct Parked {
    server: usize,
    gate: Gate,
    told: oneshot::Sender<Word>,
}

#[derive(Default)]
struct Inner {
    next: u64,
    parked: BTreeMap<u64, Parked>,
    moves: u64,
    digest: u64,
}

/// All who wait.
#[derive(Default)]
pub struct Board(Mutex<Inner>);

impl std::fmt::Debug for Board {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Board")
    }
}

impl Board {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits at a gate until called up.
    pub fn park(&self, server: usize, gate: Gate) -> impl Future<Output = Word> + Send + 'static {
        let (told, word) = oneshot::channel();
        let mut inner = self.inner();
        inner.next += 1;
        inner.moves += 1;
        let number = inner.next;
        inner.parked.insert(number, Parked { server, gate, told });
        // A server that is gone is never called up; its future is dropped with it.
        async move { word.await.unwrap_or(Word::Refuse) }
    }

    /// Everyone who waits, in the order of coming: number, server, gate.
    #[must_use]
    pub fn waiting(&self) -> Vec<(u64, usize, Gate)> {
        let mut inner = self.inner();
        inner.parked.retain(|_, parked| !parked.told.is_closed());
        inner.parked.iter().map(|(number, parked)| (*number, parked.server, parked.gate)).collect()
    }

    /// Calls one up.
    pub fn call(&self, number: u64, word: Word) {
        let mut inner = self.inner();
        inner.moves += 1;
        if let Some(parked) = inner.parked.remove(&number) {
            let step = (parked.server as u64).wrapping_mul(31) ^ (parked.gate as u64) ^ ((word as u64) << 8);
            inner.digest = inner.digest.wrapping_mul(0x0100_0000_01b3) ^ number.wrapping_mul(131) ^ step;
            let _ = parked.told.send(word);
        }
    }

    /// Something else has moved: a request has come or gone.
    pub fn moved(&self, what: u64) {
        let mut inner = self.inner();
        inner.moves += 1;
        inner.digest = inner.digest.wrapping_mul(0x0100_0000_01b3) ^ what;
    }

    /// Grows with everything that happens.
    #[must_use]
    pub fn moves(&self) -> u64 {
        self.inner().moves
    }

    /// A hash of everything that has happened: the same for the same seed.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.inner().digest
    }
}
