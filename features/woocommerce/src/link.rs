//! The client's side: signed calls to the store, and what becomes of its answers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use db::Db;
use kernel::{Fault, FaultKind, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::OnceCell;
use web::Call;

use crate::calls::model::StoreSite;
use crate::calls::queries::Credentials;
use crate::calls::{commands, queries, rules, store};
use crate::refusals;
use crate::transport::{Answer, Outgoing, Transport};

/// How long a call may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For what only reads.
    pub read: Duration,
    /// For what writes.
    pub write: Duration,
    /// For a filter, which is left out after that.
    pub filter: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            read: Duration::from_secs(10),
            write: Duration::from_secs(30),
            filter: Duration::from_millis(300),
        }
    }
}

struct Parts {
    db: Db,
    url: String,
    given_key: Option<(String, Vec<u8>)>,
    transport: Arc<dyn Transport>,
    patience: Patience,
    adopted: OnceCell<()>,
}

/// The link with the store that is the shop of record. Cheap to clone.
#[derive(Clone)]
pub struct Link(Arc<Parts>);

impl std::fmt::Debug for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Link({})", self.0.url)
    }
}

/// Asks for the link within a handler: `call.engine.ask(TheLink)`.
#[derive(Debug, Clone, Copy)]
pub struct TheLink;

impl Request for TheLink {
    const NAME: &'static str = "woocommerce/link";
    type Reply = Link;
}

impl Link {
    /// With the store at `url` (see [`crate::transport_http::address`]); `key` is `CARTWRIGHT_WORDPRESS_KEY`, if given.
    pub fn new(
        db: Db,
        url: &str,
        key: Option<&str>,
        transport: Arc<dyn Transport>,
        patience: Patience,
    ) -> Result<Self, Fault> {
        let url = crate::transport_http::address(url)?;
        let given_key = key.map(rules::given_key).transpose()?;
        Ok(Self(Arc::new(Parts { db, url, given_key, transport, patience, adopted: OnceCell::new() })))
    }

    /// The store's address as configured, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// How long calls may take.
    #[must_use]
    pub fn patience(&self) -> Patience {
        self.0.patience
    }

    /// Checks a call that came in; gives the store that made it. 401 with a code that names the reason.
    pub async fn verify(&self, call: &Call) -> Result<StoreSite, Fault> {
        let shown = rules::Shown::read(&call.headers)?;
        self.adopt().await?;
        let path = call.path.split_once("/wp-json").map_or(call.path.as_str(), |(_, route)| route).to_owned();
        let body = call.raw_body.clone();
        let (first, place, bytes) = (shown.clone(), path.clone(), body.clone());
        self.0.db.read(move |tx| commands::check(tx, &first, &place, &bytes)).await?;
        self.0.db.write(move |tx| commands::verify(tx, &shown, &path, &body)).await
    }

    /// Calls `/cartwright/v1/{route}` of the store and reads its answer. What the store refuses keeps its kind and code;
    /// anything that is not an answer of ours is 502.
    pub async fn call<T: DeserializeOwned>(
        &self,
        route: &str,
        body: &Value,
        patience: Duration,
    ) -> Result<T, Fault> {
        let path = format!("/cartwright/v1/{route}");
        let bytes = Bytes::from(body.to_string());
        let answer = self.signed(&path, &bytes, patience).await?;
        let answer = match self.other_key(&answer).await? {
            true => self.signed(&path, &bytes, patience).await?,
            false => answer,
        };
        let value = refusals::read(route, &answer)?;
        serde_json::from_value(value)
            .map_err(|error| refusals::trouble(route, &format!("the answer is not as agreed: {error}")))
    }

    /// An operation of the shop's port: `host/{operation}`.
    pub async fn host<T: DeserializeOwned>(
        &self,
        operation: &str,
        arguments: &Value,
        patience: Duration,
    ) -> Result<T, Fault> {
        let route = format!("host/{operation}");
        let answer: Value = self.call(&route, arguments, patience).await?;
        let Value::Object(mut members) = answer else {
            return Err(refusals::trouble(&route, "the answer is not an object"));
        };
        let result = members
            .remove("result")
            .ok_or_else(|| refusals::trouble(&route, "the answer holds no result"))?;
        serde_json::from_value(result)
            .map_err(|error| refusals::trouble(&route, &format!("the result is not as agreed: {error}")))
    }

    /// Posts to the store without a signature, as pairing does, and gives whatever it answers.
    pub(crate) async fn unsigned(&self, route: &str, body: &Value) -> Result<Answer, Fault> {
        let path = format!("/cartwright/v1/{route}");
        let bytes = Bytes::from(body.to_string());
        self.post(&path, Vec::new(), &bytes, self.0.patience.write).await
    }

    async fn signed(&self, path: &str, body: &Bytes, patience: Duration) -> Result<Answer, Fault> {
        self.adopt().await?;
        let credentials: Credentials = self.0.db.read(queries::credentials).await?;
        self.post(path, credentials.headers(path, body), body, patience).await
    }

    async fn post(
        &self,
        path: &str,
        headers: Vec<(&'static str, String)>,
        body: &Bytes,
        patience: Duration,
    ) -> Result<Answer, Fault> {
        // This form is understood whatever the site's permalinks are.
        let url = format!("{}/?rest_route={path}", self.0.url);
        let call = Outgoing { url, headers, body: body.clone() };
        match tokio::time::timeout(patience, self.0.transport.post(&call)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(problem)) => Err(refusals::trouble(path, &problem)),
            Err(_) => Err(refusals::trouble(path, "it did not answer in time")),
        }
    }

    /// The store does not know the current key, and there is a next one that it may have taken: then that is the current
    /// one. The answer to the rotation was lost.
    async fn other_key(&self, answer: &Answer) -> Result<bool, Fault> {
        if answer.status != 401 || refusals::code(answer).as_deref() != Some("cartwright_key") {
            return Ok(false);
        }
        self.0
            .db
            .write(|tx| {
                use crate::calls::model::KeyState;
                let next = store::keys(tx)?.into_iter().rev().find(|key| key.state == KeyState::Next);
                match &next {
                    Some(key) => commands::make_current(tx, &key.id).map(|()| true),
                    None => Ok(false),
                }
            })
            .await
    }

    /// The key of the configuration is in the table, with those that pairing and rotation make.
    async fn adopt(&self) -> Result<(), Fault> {
        let Some((id, secret)) = &self.0.given_key else { return Ok(()) };
        self.0
            .adopted
            .get_or_try_init(|| async {
                let (id, secret) = (id.clone(), secret.clone());
                self.0.db.write(move |tx| commands::adopt(tx, &id, &secret)).await
            })
            .await
            .copied()
    }
}

/// True for what a caller may simply try again: the store's own trouble, or a database's.
#[must_use]
pub const fn is_passing(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Upstream | FaultKind::Unavailable)
}
