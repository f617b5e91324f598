//! On whose behalf a delivery, a job or a schedule runs.

use std::sync::Arc;

use telemetry::{Here, Origin, Role, Span, within};

use crate::engine::Engine;

/// The request that left the work behind, if one did.
pub(crate) struct Cause(Option<Arc<Origin>>);

impl Cause {
    /// From the row's column.
    pub(crate) fn of(column: Option<&str>) -> Self {
        Self(column.and_then(Origin::from_column).map(Arc::new))
    }

    pub(crate) fn span(&self, name: &str) -> Span {
        self.0.as_ref().map_or_else(Span::default, |origin| Span::root(origin, 0, name, Role::Consumer))
    }

    /// Does the work on its behalf.
    pub(crate) async fn around<F: Future>(&self, span: &Span, work: F) -> F::Output {
        let plain = || self.0.clone().map(|origin| Here { origin, span_id: 0 });
        within(span.here().or_else(plain), work).await
    }
}

impl Engine {
    /// Work that no request has asked for gets an id of its own, so that its lines in the log belong together.
    pub(crate) fn cause_of_its_own(&self) -> Cause {
        Cause(Some(Arc::new(Origin::of_uuid(&self.entropy().uuid(self.now())))))
    }
}
