//! What a feature brings along, apart from its faces: the rooms of the manifest that need no web.

use db::Migration;
use kernel::Filter;

use crate::events::Subscriber;
use crate::figures::Gauges;
use crate::filters::Filters;
use crate::jobs::JobKind;
use crate::outside::Outside;
use crate::requests::Requests;
use crate::schedules::Schedule;
use crate::verify::Verifier;

/// Enters something into a registry, once, at start.
type Register<R> = Box<dyn FnOnce(&mut R) + Send + Sync>;

/// A feature's manifest without its faces. `web::Feature` adds routes, pages and commands.
#[derive(Default)]
pub struct Module {
    /// Tables and their changes.
    pub migrations: Vec<&'static [Migration]>,
    /// Who wants to know of which event.
    pub subscribers: Vec<Subscriber>,
    /// Kinds of jobs.
    pub job_kinds: Vec<JobKind>,
    /// Schedules.
    pub schedules: Vec<Schedule>,
    /// Invariants.
    pub verifiers: Vec<Verifier>,
    /// Figures read from the feature's tables for `/metrics`.
    pub gauges: Vec<Gauges>,
    /// Where filters are asked outside of the program; of several the last.
    pub outside: Option<Outside>,
    filters: Vec<Register<Filters>>,
    requests: Vec<Register<Requests>>,
}

impl Module {
    /// Hooks a pure step into the filter `F`.
    pub fn filter<F: Filter>(
        &mut self,
        priority: i32,
        step: impl Fn(F::Value, &F::Context) -> F::Value + Send + Sync + 'static,
    ) {
        self.filters.push(Box::new(move |filters: &mut Filters| filters.hook::<F>(priority, step)));
    }

    /// Registers request handlers: `module.requests(|requests| requests.answer(charge))`.
    pub fn requests(&mut self, register: impl FnOnce(&mut Requests) + Send + Sync + 'static) {
        self.requests.push(Box::new(register));
    }

    pub(crate) fn register(self, filters: &mut Filters, requests: &mut Requests) {
        self.filters.into_iter().for_each(|hook| hook(filters));
        self.requests.into_iter().for_each(|register| register(requests));
    }
}

impl std::fmt::Debug for Module {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Module").field("subscribers", &self.subscribers).finish_non_exhaustive()
    }
}
