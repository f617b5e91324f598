//! Who is connected, in which phase, and who makes room when there is none.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::Bounds;
use crate::limit::by_address;

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Between two requests.
    Idle,
    /// A request's head is on its way.
    Head,
    /// A request's body is on its way.
    Body,
    /// The request is being answered.
    Work,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    caller: String,
    phase: Mutex<(Phase, Instant)>,
    /// Signalled when it is to make room.
    pub(super) close: Notify,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connection {
    /// It is in this phase from now on.
    pub(super) fn enter(&self, phase: Phase) {
        *held(&self.phase) = (phase, Instant::now());
    }

    /// Bytes have arrived: between two requests they are the head of the next.
    pub(super) fn hears(&self) {
        let mut phase = held(&self.phase);
        if phase.0 == Phase::Idle {
            *phase = (Phase::Head, Instant::now());
        }
    }

    /// Has it been in a phase for longer than that may take? A body has its own bound, which is answered.
    pub(super) fn is_late(&self, bounds: Bounds, draining: bool) -> bool {
        let (phase, since) = *held(&self.phase);
        let allowed = match phase {
            Phase::Idle if draining => Duration::ZERO,
            Phase::Idle => bounds.idle,
            Phase::Head => bounds.header,
            Phase::Body if draining => bounds.header,
            Phase::Body | Phase::Work => return false,
        };
        since.elapsed() >= allowed
    }

    /// Since when it has waited for its client; none while it is answered.
    fn waits_since(&self) -> Option<Instant> {
        let (phase, since) = *held(&self.phase);
        (phase != Phase::Work).then_some(since)
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct Connections {
    bounds: Bounds,
    all: Mutex<(u64, BTreeMap<u64, Arc<Connection>>)>,
}

/// A connection's place; dropped, it is free.
pub(super) struct Place {
    all: Arc<Connections>,
    number: u64,
    pub(super) connection: Arc<Connection>,
}

impl Drop for Place {
    fn drop(&mut self) {
        held(&self.all.all).1.remove(&self.number);
    }
}

impl Connections {
    pub(super) fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self { bounds, all: Mutex::default() })
    }

    /// A place for a newcomer. Where there is none, whoever has waited longest for its own client makes room: somebody who
    /// has something to say comes before somebody who says nothing. None when all of them are being answered.
    pub(super) fn admit(self: &Arc<Self>, peer: SocketAddr) -> Option<Place> {
        let caller = by_address(&peer.ip().to_string());
        let mut all = held(&self.all);
        let of_caller = all.1.values().filter(|connection| connection.caller == caller).count();
        if of_caller >= self.bounds.per_address {
            make_room(&mut all.1, |connection| connection.caller == caller)?;
        } else if all.1.len() >= self.bounds.connections {
            make_room(&mut all.1, |_| true)?;
        }
        let connection = Arc::new(Connection {
            caller,
            phase: Mutex::new((Phase::Head, Instant::now())),
            close: Notify::new(),
        });
        all.0 += 1;
        let number = all.0;
        all.1.insert(number, Arc::clone(&connection));
        Some(Place { all: Arc::clone(self), number, connection })
    }
}

/// Lets the one go that has waited longest; none when nobody waits.
fn make_room(all: &mut BTreeMap<u64, Arc<Connection>>, of: impl Fn(&Connection) -> bool) -> Option<()> {
    let (number, _) = all
        .iter()
        .filter(|(_, connection)| of(connection))
        .filter_map(|(number, connection)| Some((*number, connection.waits_since()?)))
        .min_by_key(|(_, since)| *since)?;
    all.remove(&number)?.close.notify_one();
    Some(())
}
