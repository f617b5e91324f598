//! Exchanges with a store: written down by a live run, answered from by every other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use woocommerce::HttpTransport;
use woocommerce::transport::{Answer, Outgoing, Transport};

/// Stands for the store's own address in what is written down.
pub const ADDRESS: &str = "http://store.test";

/// A call without its signature, and what came back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exchange {
    route: String,
    said: Value,
    status: u16,
    pub answered: Value,
}

fn route(call: &Outgoing) -> String {
    call.url.split_once("/cartwright/v1/").unwrap().1.to_owned()
}

/// Passes calls on and keeps what is said.
pub struct Recorder {
    inner: HttpTransport,
    url: String,
    book: Mutex<Vec<Exchange>>,
}

impl Recorder {
    pub fn new(inner: HttpTransport, url: &str) -> Self {
        Self { inner, url: url.to_owned(), book: Mutex::default() }
    }

    /// What was seen in the store by another way than the plugin's.
    pub fn keep(&self, route: &str, said: Value, answered: Value) {
        let exchange = Exchange { route: route.to_owned(), said, status: 200, answered };
        self.book.lock().unwrap().push(exchange);
    }

    /// What was said since the last time.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.book.lock().unwrap())
    }

    pub fn write(&self, path: &Path) {
        let text = serde_json::to_string_pretty(&*self.book.lock().unwrap()).unwrap();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.replace(&self.url, ADDRESS) + "\n").unwrap();
    }
}

#[async_trait]
impl Transport for Recorder {
    async fn post(&self, call: &Outgoing) -> Result<Answer, String> {
        let answer = self.inner.post(call).await?;
        let exchange = Exchange {
            route: route(call),
            said: serde_json::from_slice(&call.body).unwrap(),
            status: answer.status,
            answered: serde_json::from_slice(&answer.body).unwrap_or_else(|_| {
                panic!("{} answered {}", route(call), String::from_utf8_lossy(&answer.body))
            }),
        };
        self.book.lock().unwrap().push(exchange);
        Ok(answer)
    }
}

/// Answers what was answered to the same words; to words said several times, one answer after the other.
pub struct Player(Mutex<BTreeMap<(String, String), Vec<Exchange>>>);

impl Player {
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}; run the suite on a store once", path.display()));
        Self::new(serde_json::from_str(&text).unwrap())
    }

    pub fn new(mut exchanges: Vec<Exchange>) -> Self {
        exchanges.reverse();
        let mut book: BTreeMap<(String, String), Vec<Exchange>> = BTreeMap::new();
        for exchange in exchanges {
            book.entry((exchange.route.clone(), exchange.said.to_string())).or_default().push(exchange);
        }
        Self(Mutex::new(book))
    }

    /// What was answered on a store.
    pub fn answer(&self, route: &str, said: &Value) -> Exchange {
        let key = (route.to_owned(), said.to_string());
        let exchange = self.0.lock().unwrap().get_mut(&key).and_then(Vec::pop);
        exchange.unwrap_or_else(|| panic!("{} was not asked this on a store: {}", key.0, key.1))
    }
}

#[async_trait]
impl Transport for Player {
    async fn post(&self, call: &Outgoing) -> Result<Answer, String> {
        let said: Value = serde_json::from_slice(&call.body).unwrap();
        let exchange = self.answer(&route(call), &said);
        let body = Bytes::from(exchange.answered.to_string());
        Ok(Answer { status: exchange.status, location: String::new(), body })
    }
}
