//! One person with a browser, or one program with a password, who is patient when the shop does not answer.

use std::sync::Arc;

use axum::Router;
use kernel::Fault;
use serde_json::Value;
use sim::Chance;
use sim::browser::{Browser, Visit};
use sim::forms::PageForm;

use crate::board::{Board, Gate, NO_SERVER};
use crate::model::Model;
use crate::network::{LOST, NOBODY};

/// Times that something is asked for before somebody gives up.
const TRIES: usize = 12;

/// Somebody who asks the shop for things.
#[derive(Clone)]
pub struct Client {
    /// Cookies and all.
    pub browser: Browser,
    /// This one's own decisions.
    pub chance: Chance,
    /// What everybody knows.
    pub model: Arc<Model>,
    board: Arc<Board>,
}

/// Somebody has lost patience, or there is nothing more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done;

impl Client {
    /// At an address, through the network's router.
    #[must_use]
    pub fn new(router: &Router, address: &str, seed: u64, model: &Arc<Model>, board: &Arc<Board>) -> Self {
        Self {
            browser: Browser::new(router, address),
            chance: Chance::new(seed),
            model: Arc::clone(model),
            board: Arc::clone(board),
        }
    }

    /// Lets some time go by.
    pub async fn wait(&self) {
        self.board.park(NO_SERVER, Gate::Patience).await;
    }

    /// Goes away and comes back much later.
    pub async fn stay_away(&self) {
        self.board.park(NO_SERVER, Gate::Absence).await;
    }

    fn patient(visit: &Visit) -> bool {
        let status = visit.status.as_u16();
        matches!(status, LOST | NOBODY | 429 | 502 | 503)
            || (status == 409 && visit.text.contains("idempotency_in_progress"))
    }

    fn told(&self, outcome: Result<Visit, Fault>) -> Result<Visit, Done> {
        outcome.map_err(|fault| {
            self.model.known().complaints.push(fault.message);
            Done
        })
    }

    fn gives_up(&self) -> Done {
        self.model.known().given_up += 1;
        Done
    }

    /// Opens a page, again and again until it comes.
    pub async fn open(&mut self, path: &str) -> Result<Visit, Done> {
        for _ in 0..TRIES {
            let outcome = self.browser.open(path).await;
            let visit = self.told(outcome)?;
            if !Self::patient(&visit) {
                return Ok(visit);
            }
            self.wait().await;
        }
        Err(self.gives_up())
    }

    /// Sends a form, once more when no answer comes, as people do.
    pub async fn send(&mut self, page: &Visit, form: &PageForm) -> Result<Visit, Done> {
        for _ in 0..TRIES {
            let outcome = self.browser.send(page, form).await;
            let visit = self.told(outcome)?;
            if !Self::patient(&visit) {
                return Ok(visit);
            }
            self.wait().await;
        }
        Err(self.gives_up())
    }

    /// Calls a route until it answers; with a key every answer of success must be the same.
    pub async fn call(&mut self, method: &str, path: &str, body: &Value, key: &str) -> Result<Visit, Done> {
        for _ in 0..TRIES {
            let outcome = self.browser.call(method, &format!("/wp-json/{path}"), body, key).await;
            let visit = self.told(outcome)?;
            if !Self::patient(&visit) {
                if !key.is_empty() && visit.status.is_success() {
                    self.model.answered(key, &visit.text);
                } else if !key.is_empty() && visit.json()["code"] == "duplicate" {
                    let complaint = format!("{method} {path} was sent again under {key} and refused");
                    self.model.known().complaints.push(complaint);
                }
                return Ok(visit);
            }
            self.wait().await;
        }
        Err(self.gives_up())
    }
}
