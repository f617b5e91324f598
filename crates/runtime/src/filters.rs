//! Typed filters: pure functions that change a value on its way, in the order of their priority.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use db::Tx;
use kernel::{Fault, Filter};

use crate::engine::Within;

type Step<F> =
    Box<dyn Fn(<F as Filter>::Value, &<F as Filter>::Context) -> <F as Filter>::Value + Send + Sync>;

struct Chain<F: Filter>(Vec<(i32, Step<F>)>);

/// All filters of the program, by hook.
#[derive(Default)]
pub struct Filters {
    chains: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    names: Vec<&'static str>,
}

impl Filters {
    /// Hooks `step` into `F`. Lower priorities run first, WordPress's default is 10.
    pub fn hook<F: Filter>(
        &mut self,
        priority: i32,
        step: impl Fn(F::Value, &F::Context) -> F::Value + Send + Sync + 'static,
    ) {
        let chain = self.chains.entry(TypeId::of::<F>()).or_insert_with(|| Box::new(Chain::<F>(Vec::new())));
        if let Some(chain) = chain.downcast_mut::<Chain<F>>() {
            chain.0.push((priority, Box::new(step)));
            chain.0.sort_by_key(|(priority, _)| *priority);
            self.names.push(F::NAME);
        }
    }

    /// The value after every hooked step.
    pub fn apply<F: Filter>(&self, value: F::Value, context: &F::Context) -> F::Value {
        match self.chains.get(&TypeId::of::<F>()).and_then(|chain| chain.downcast_ref::<Chain<F>>()) {
            Some(chain) => chain.0.iter().fold(value, |value, (_, step)| step(value, context)),
            None => value,
        }
    }

    /// Names of the hooks that anything is hooked into.
    #[must_use]
    pub fn hooked(&self) -> &[&'static str] {
        &self.names
    }
}

impl std::fmt::Debug for Filters {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Filters").field(&self.names).finish()
    }
}

/// Filters within a unit.
pub trait ApplyFilter {
    /// The value after every hooked step, the ones outside of the program last. An error, to be handed on, ends this run
    /// of the unit: it is run again with the answer in hand.
    fn filter<F: Filter>(&mut self, value: F::Value, context: &F::Context) -> Result<F::Value, Fault>;
}

impl ApplyFilter for Tx<'_> {
    fn filter<F: Filter>(&mut self, value: F::Value, context: &F::Context) -> Result<F::Value, Fault> {
        let Some(within) = self.extension::<Within>() else { return Ok(value) };
        let hooked = within.hooked_outside;
        let value = within.filters.apply::<F>(value, context);
        match hooked {
            Some(hooked) => crate::outside::filtered::<F>(self, hooked, value, context),
            None => Ok(value),
        }
    }
}

/// Shared, read-only after start.
pub type SharedFilters = Arc<Filters>;
