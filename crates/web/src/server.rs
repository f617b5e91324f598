//! From features to one axum router: reads the request, authenticates, checks, runs, answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, RawPathParams, Request, State};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use kernel::{Fault, FaultKind};
use runtime::Engine;

use crate::caller::Authenticator;
use crate::feature::{Feature, FragmentSlot, FramedBy, Layout, MenuItem};
use crate::limit::Limits;
use crate::render::Renderer;
use crate::routes::{Face, Route, Routes};

mod answer;
mod figures;
mod intake;
mod own;
mod request;
mod work;

/// What the server needs to know of its surroundings.
#[derive(Clone)]
pub struct ServerOptions {
    /// Believe `X-Forwarded-For` and `X-Forwarded-Proto`: only behind a proxy that sets them.
    pub trust_forwarded: bool,
    /// Opens `/metrics` to whoever shows it; without one only this machine and administrators see it.
    pub metrics_token: Option<String>,
    /// Longest time for a request's body of up to a mebibyte; a route that takes more allows so much for each.
    pub body_time: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self { trust_forwarded: false, metrics_token: None, body_time: Duration::from_secs(30) }
    }
}

impl std::fmt::Debug for ServerOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ServerOptions")
            .field("trust_forwarded", &self.trust_forwarded)
            .finish_non_exhaustive()
    }
}

/// What every request shares.
pub struct Site {
    pub(crate) engine: Engine,
    pub(crate) renderer: Renderer,
    pub(crate) limits: Limits,
    pub(crate) options: ServerOptions,
    pub(crate) authenticator: Authenticator,
    pub(crate) layouts: Vec<Layout>,
    pub(crate) framed_by: Option<FramedBy>,
    pub(crate) fragments: Vec<FragmentSlot>,
    pub(crate) menu: Vec<MenuItem>,
    figures: Arc<figures::Figures>,
}

/// Requests come with the address of the machine they come from.
#[derive(Debug, Clone)]
pub struct Peer(pub String);

/// Every route of the program: the kit's own and the features'.
#[must_use]
pub fn every_route(features: &[Feature]) -> Routes {
    collected(features).0
}

fn collected(features: &[Feature]) -> (Routes, own::Directory, own::Counted) {
    let mut routes = Routes::default();
    let directory = own::Directory::default();
    let counted: own::Counted = Arc::default();
    own::register(&mut routes, &directory);
    own::register_metrics(&mut routes, &counted);
    for feature in features {
        if let Some(register) = feature.routes {
            register(&mut routes);
        }
    }
    (routes, directory, counted)
}

/// The router of all features. Faults on a route registered twice, a template that does not parse, or no
/// authenticator.
pub fn router(engine: Engine, features: &[Feature], options: ServerOptions) -> Result<Router, Fault> {
    let (routes, directory, counted) = collected(features);
    let templates = features.iter().flat_map(|feature| feature.templates.iter().copied());
    let authenticator = features
        .iter()
        .find_map(|feature| feature.authenticator)
        .ok_or_else(|| Fault::bug("no feature brings an authenticator"))?;
    let mut fragments: Vec<FragmentSlot> =
        features.iter().flat_map(|feature| feature.fragments).copied().collect();
    fragments.sort_by_key(|fragment| fragment.position);
    let mut menu: Vec<MenuItem> = features.iter().flat_map(|feature| feature.menu).copied().collect();
    menu.sort_by_key(|item| (group_order(item.group), item.position));
    directory.set(routes.all.clone()).map_err(|_| Fault::bug("routes were listed twice"))?;
    let figures = Arc::new(figures::Figures::new(&routes.all));
    let told = (Arc::clone(&figures), options.metrics_token.clone());
    counted.set(told).map_err(|_| Fault::bug("routes were counted twice"))?;
    let site = Arc::new(Site {
        engine,
        renderer: Renderer::new(templates)?,
        limits: Limits::default(),
        options,
        authenticator,
        layouts: features.iter().filter_map(|feature| feature.layout).collect(),
        framed_by: features.iter().find_map(|feature| feature.framed_by),
        fragments,
        menu,
        figures,
    });
    assemble(site, routes)
}

fn group_order(group: &str) -> usize {
    ["OCart", "OLoyalty", "CartBay", "Shop"].iter().position(|known| *known == group).unwrap_or(9)
}

fn assemble(site: Arc<Site>, routes: Routes) -> Result<Router, Fault> {
    let mut by_path: BTreeMap<String, Vec<Route>> = BTreeMap::new();
    for route in routes.all {
        let prefix = if route.face == Face::Rest { "/wp-json" } else { "" };
        let same = by_path.entry(format!("{prefix}{}", route.path)).or_default();
        if same.iter().any(|known| known.method == route.method) {
            return Err(Fault::bug(format!("two routes for {} {}", route.method, route.path)));
        }
        same.push(route);
    }
    let mut router = Router::new();
    for (path, routes) in by_path {
        let face = routes[0].face;
        let allowed = routes.iter().map(|route| route.method.to_string()).collect::<Vec<_>>().join(", ");
        let same: Place = Arc::new(
            routes.into_iter().map(|route| (site.figures.of(&route), Arc::new(route))).collect::<Vec<_>>(),
        );
        let mut methods = axum::routing::MethodRouter::new();
        for (_, route) in same.iter() {
            let filter = MethodFilter::try_from(route.method.clone())
                .map_err(|_| Fault::bug(format!("{} is no method for a route", route.method)))?;
            let (same, own) = (Arc::clone(&same), route.method.clone());
            methods =
                methods.merge(on(filter, move |State(site): State<Arc<Site>>, parameters, peer, request| {
                    let (same, own) = (Arc::clone(&same), own.clone());
                    async move { serve(&site, &same, own, parameters, peer, request).await }
                }));
        }
        methods =
            methods.fallback(move |State(site): State<Arc<Site>>, parameters, peer, request: Request| {
                let (same, allowed) = (Arc::clone(&same), allowed.clone());
                async move {
                    // A POST that stands for another method, at a place that takes no POST of its own.
                    if *request.method() == http::Method::POST && face == Face::Rest {
                        return serve(&site, &same, http::Method::POST, parameters, peer, request).await;
                    }
                    refused(&site, face, &allowed, request).await
                }
            });
        // WordPress takes the address of a REST route with a slash at its end as well.
        if face == Face::Rest {
            router = router.route(&format!("{path}/"), methods.clone());
        }
        router = router.route(&path, methods);
    }
    Ok(router.fallback(missing).with_state(site))
}

/// The routes at one address, one for each method, with their figures.
type Place = Arc<Vec<(Arc<figures::RouteFigures>, Arc<Route>)>>;

async fn refused(site: &Arc<Site>, face: Face, allowed: &str, request: Request) -> Response {
    let names = request::names(site, request.headers());
    let refused = wrong_method(site, face, allowed, &request);
    drop(request);
    request::answered(&site.figures.unknown, names, async move |_| refused).await
}

/// The method that a request means: a POST can say that it stands for another one, for callers that can send no other.
fn meant(request: &Request) -> Option<http::Method> {
    if *request.method() != http::Method::POST {
        return None;
    }
    let query = crate::form::pairs(request.uri().query().unwrap_or_default());
    let in_query = query.into_iter().rev().find(|(name, _)| name == "_method").map(|(_, method)| method);
    let in_header = || {
        request
            .headers()
            .get("x-http-method-override")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let method = in_query.or_else(in_header)?;
    http::Method::from_bytes(method.trim().to_ascii_uppercase().as_bytes()).ok()
}

async fn serve(
    site: &Arc<Site>,
    same: &Place,
    method: http::Method,
    parameters: RawPathParams,
    peer: Option<axum::Extension<Peer>>,
    request: Request,
) -> Response {
    let rest = same.first().is_some_and(|(_, route)| route.face == Face::Rest);
    let method = if rest { meant(&request).unwrap_or(method) } else { method };
    let Some((figures, route)) = same.iter().find(|(_, route)| route.method == method).cloned() else {
        return refused(site, Face::Rest, "", request).await;
    };
    let connected =
        request.extensions().get::<ConnectInfo<std::net::SocketAddr>>().map(|info| info.0.ip().to_string());
    let peer =
        connected.or_else(|| peer.map(|extension| extension.0.0)).unwrap_or_else(|| "127.0.0.1".to_owned());
    let parameters = parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let head = request.method() == http::Method::HEAD;
    let names = request::names(site, request.headers());
    let answer = async |names| match intake::read(site, &route, parameters, peer, names, request).await {
        Ok(incoming) => work::run(site, Arc::clone(&route), incoming, head).await,
        Err(fault) => answer::early_fault(site, route.face, &fault),
    };
    let mut response = request::answered(&figures, names, answer).await;
    let late = response.status() == http::StatusCode::REQUEST_TIMEOUT;
    if site.engine.is_draining() || late {
        // The next request of this caller goes to a server that stays; what of a late one comes after all is no request.
        response.headers_mut().insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
    }
    response
}

async fn missing(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (names, refused) = (request::names(&site, request.headers()), nothing_there(&site, &request));
    request::answered(&site.figures.unknown, names, async move |_| refused).await
}

fn nothing_there(site: &Site, request: &Request) -> Response {
    if request.uri().path().starts_with("/wp-json") {
        let fault = Fault::new(
            FaultKind::NotFound,
            "rest_no_route",
            "No route was found matching the URL and request method.",
        );
        return answer::early_fault(site, Face::Rest, &fault);
    }
    let fault = Fault::new(FaultKind::NotFound, "not_found", "There is no page at this address.");
    answer::early_fault(site, Face::Page, &fault)
}

fn wrong_method(site: &Site, face: Face, allowed: &str, request: &Request) -> Response {
    let fault = if face == Face::Rest {
        Fault::new(
            FaultKind::NotFound,
            "rest_no_route",
            "No route was found matching the URL and request method.",
        )
    } else {
        Fault::new(FaultKind::NotFound, "method_not_allowed", format!("This address takes {allowed}."))
    };
    tracing::debug!(method = %request.method(), "no such method here");
    answer::early_fault(site, face, &fault)
}
