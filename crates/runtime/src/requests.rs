//! Requests: one feature asks, exactly one other answers. Few, typed, checked at start.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use kernel::{Fault, Request};

use crate::engine::Engine;

type Answer<R> = Pin<Box<dyn Future<Output = Result<<R as Request>::Reply, Fault>> + Send>>;
type Handler<R> = Box<dyn Fn(Engine, R) -> Answer<R> + Send + Sync>;

/// All request handlers, by type.
#[derive(Default)]
pub struct Requests {
    handlers: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    names: Vec<&'static str>,
    twice: Vec<&'static str>,
}

impl Requests {
    /// Registers the one handler of `R`.
    pub fn answer<R, F, Fut>(&mut self, handler: F)
    where
        R: Request,
        F: Fn(Engine, R) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R::Reply, Fault>> + Send + 'static,
    {
        let boxed: Handler<R> = Box::new(move |engine, request| Box::pin(handler(engine, request)));
        if self.handlers.insert(TypeId::of::<R>(), Box::new(boxed)).is_some() {
            self.twice.push(R::NAME);
        }
        self.names.push(R::NAME);
    }

    /// Requests that two features claim; anything here stops the start.
    #[must_use]
    pub fn claimed_twice(&self) -> &[&'static str] {
        &self.twice
    }

    pub(crate) async fn ask<R: Request>(&self, engine: Engine, request: R) -> Result<R::Reply, Fault> {
        let handler = self
            .handlers
            .get(&TypeId::of::<R>())
            .and_then(|handler| handler.downcast_ref::<Handler<R>>())
            .ok_or_else(|| Fault::bug(format!("nobody answers {}", R::NAME)))?;
        handler(engine, request).await
    }
}

impl std::fmt::Debug for Requests {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Requests").field(&self.names).finish()
    }
}
