//! What every thread of a database shares.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use kernel::{Clock, Entropy};
use tokio::sync::Notify;

use crate::figures::Figures;
use crate::{Engine, Sql};

pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) prefix: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) extension: OnceLock<Arc<dyn Any + Send + Sync>>,
    pub(crate) closed: AtomicBool,
    pub(crate) figures: Figures,
    #[cfg(feature = "testing")]
    pub(crate) overseer: OnceLock<Arc<dyn crate::oversight::Overseer>>,
    statements: RwLock<HashMap<&'static str, Arc<str>>>,
    topics: Mutex<HashMap<&'static str, Arc<Notify>>>,
}

impl Shared {
    pub(crate) fn new(
        engine: Engine,
        prefix: String,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            engine,
            prefix,
            clock,
            entropy,
            extension: OnceLock::new(),
            closed: AtomicBool::new(false),
            figures: Figures::default(),
            #[cfg(feature = "testing")]
            overseer: OnceLock::new(),
            statements: RwLock::default(),
            topics: Mutex::default(),
        }
    }

    /// The statement's text with the prefix in place; made once.
    pub(crate) fn rendered(&self, sql: &Sql) -> Arc<str> {
        let text = sql.text(self.engine);
        if let Some(ready) = self.statements.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Arc::clone(ready);
        }
        let ready: Arc<str> = self.prefixed(text).into();
        self.statements.write().unwrap_or_else(PoisonError::into_inner).insert(text, Arc::clone(&ready));
        ready
    }

    pub(crate) fn prefixed(&self, text: &str) -> String {
        #[cfg(feature = "testing")]
        if let Some(altered) = self.overseer.get().and_then(|overseer| overseer.altered(text)) {
            return altered.replace("{p}", &self.prefix);
        }
        text.replace("{p}", &self.prefix)
    }

    pub(crate) fn topic(&self, name: &'static str) -> Arc<Notify> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(topics.entry(name).or_default())
    }
}
