//! The list of routes: one registration gives the address, the check of who may call, the schema, the replay.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use db::Tx;
use http::Method;
use kernel::Fault;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::access::Access;
use crate::call::Call;
use crate::limit::Limit;
use crate::reply::Reply;

type WithTx = Arc<dyn Fn(&Call, &mut Tx) -> Result<Reply, Fault> + Send + Sync>;
type Asynchronous =
    Arc<dyn Fn(Call) -> Pin<Box<dyn Future<Output = Result<Reply, Fault>> + Send>> + Send + Sync>;

/// How a route does its work.
#[derive(Clone)]
pub enum Handler {
    /// One read transaction.
    Read(WithTx),
    /// One transaction; with an `Idempotency-Key` the answer is stored in the same one.
    Unit(WithTx),
    /// Units with calls to the outside between them; an `Idempotency-Key` is claimed first.
    Flow(Asynchronous),
}

/// REST or page: decides how faults look and which guard stands against forged requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Below `/wp-json/`.
    Rest,
    /// HTML for a person.
    Page,
    /// Operations, assets, webhooks: plain answers.
    Plain,
}

/// A registered route.
#[derive(Clone)]
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path with `{name}` parts, without `/wp-json` for REST.
    pub path: String,
    /// Face.
    pub face: Face,
    /// Namespace such as `ocart/v1`; empty for pages.
    pub namespace: &'static str,
    /// One line for OpenAPI.
    pub summary: &'static str,
    /// Who may call.
    pub access: Access,
    /// Rate limit.
    pub limit: Option<Limit>,
    /// Bytes of body taken.
    pub body_limit: usize,
    /// Query parameters with their description.
    pub query: Vec<(&'static str, &'static str)>,
    /// Schema of the body.
    pub body: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// Schema of the answer.
    pub reply: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// Status of a good answer.
    pub status: u16,
    /// Another status of a good answer, of the same schema.
    pub also: Option<u16>,
    /// The work.
    pub handler: Handler,
}

impl Route {
    /// True when the route changes something.
    #[must_use]
    pub fn mutates(&self) -> bool {
        self.method != Method::GET
    }
}

impl std::fmt::Debug for Route {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

/// All routes of the program.
#[derive(Debug, Default)]
pub struct Routes {
    /// In order of registration.
    pub all: Vec<Route>,
}

/// Methods that change what is there: WooCommerce takes each of them, and some clients know but one.
pub const CHANGES: [Method; 3] = [Method::PUT, Method::PATCH, Method::POST];

/// 64 KiB is plenty for any form or JSON body but a file.
const BODY_LIMIT: usize = 64 * 1024;

impl Routes {
    /// A REST route: `routes.rest(Method::POST, "ocart/v1", "/bumps/{id}/accept")`.
    pub fn rest(&mut self, method: Method, namespace: &'static str, path: &str) -> Registration<'_> {
        self.start(method, Face::Rest, namespace, format!("/{namespace}{path}"))
    }

    /// A page: `routes.page(Method::GET, "/shop")`.
    pub fn page(&mut self, method: Method, path: &str) -> Registration<'_> {
        self.start(method, Face::Page, "", path.to_owned())
    }

    /// A plain route, such as `/healthz`.
    pub fn plain(&mut self, method: Method, path: &str) -> Registration<'_> {
        self.start(method, Face::Plain, "", path.to_owned())
    }

    fn start(
        &mut self,
        method: Method,
        face: Face,
        namespace: &'static str,
        path: String,
    ) -> Registration<'_> {
        let absent: WithTx = Arc::new(|_, _| Err(Fault::bug("a route without a handler")));
        let route = Route {
            method,
            path,
            face,
            namespace,
            summary: "",
            access: Access::Public,
            limit: None,
            body_limit: BODY_LIMIT,
            query: Vec::new(),
            body: None,
            reply: None,
            status: 200,
            also: None,
            handler: Handler::Read(absent),
        };
        Registration { routes: self, route }
    }
}

/// A route being described; `read`, `unit` or `flow` completes it.
#[derive(Debug)]
pub struct Registration<'a> {
    routes: &'a mut Routes,
    route: Route,
}

impl Registration<'_> {
    /// One line for OpenAPI.
    #[must_use]
    pub fn summary(mut self, summary: &'static str) -> Self {
        self.route.summary = summary;
        self
    }

    /// Who may call; `Access::Public` unless said.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.route.access = access;
        self
    }

    /// Only users with the capability.
    #[must_use]
    pub fn requires(self, capability: &'static str) -> Self {
        self.access(Access::Capability(capability))
    }

    /// At most so many calls in so many seconds per address.
    #[must_use]
    pub fn limit(mut self, bucket: &'static str, calls: usize, seconds: i64) -> Self {
        self.route.limit = Some(Limit { bucket, calls, seconds });
        self
    }

    /// Takes bodies up to so many bytes (64 KiB unless said); larger ones are a 413.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.route.body_limit = bytes;
        self
    }

    /// A query parameter, for OpenAPI.
    #[must_use]
    pub fn query(mut self, name: &'static str, description: &'static str) -> Self {
        self.route.query.push((name, description));
        self
    }

    /// Query parameters, for OpenAPI.
    #[must_use]
    pub fn queries(mut self, parameters: &[(&'static str, &'static str)]) -> Self {
        self.route.query.extend_from_slice(parameters);
        self
    }

    /// The parameters of every list.
    #[must_use]
    pub fn paged(self) -> Self {
        self.query("page", "Page, from 1.")
            .query("per_page", "Rows on a page, 1 to 100.")
            .query("offset", "Rows to skip, whatever the page.")
            .query("orderby", "Column to order by.")
            .query("order", "asc or desc.")
            .query("search", "Words to look for.")
    }

    /// Schema of the body.
    #[must_use]
    pub fn body<T: JsonSchema>(mut self) -> Self {
        self.route.body = Some(|generator| generator.subschema_for::<T>());
        self
    }

    /// Schema of the answer.
    #[must_use]
    pub fn replies<T: JsonSchema>(mut self) -> Self {
        self.route.reply = Some(|generator| generator.subschema_for::<T>());
        self
    }

    /// Status of a good answer; 200 unless said.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.route.status = status;
        self
    }

    /// Another status of a good answer: 200 where a row was changed that could have been made.
    #[must_use]
    pub fn also(mut self, status: u16) -> Self {
        self.route.also = Some(status);
        self
    }

    /// Completes a route that only reads.
    pub fn read(mut self, handler: impl Fn(&Call, &mut Tx) -> Result<Reply, Fault> + Send + Sync + 'static) {
        self.route.handler = Handler::Read(Arc::new(handler));
        self.routes.all.push(self.route);
    }

    /// Completes a route that is one transaction.
    pub fn unit(mut self, handler: impl Fn(&Call, &mut Tx) -> Result<Reply, Fault> + Send + Sync + 'static) {
        self.route.handler = Handler::Unit(Arc::new(handler));
        self.routes.all.push(self.route);
    }

    /// Completes a route that calls the outside.
    pub fn flow<F, Fut>(mut self, handler: F)
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Reply, Fault>> + Send + 'static,
    {
        self.route.handler = Handler::Flow(Arc::new(move |call| Box::pin(handler(call))));
        self.routes.all.push(self.route);
    }
}
