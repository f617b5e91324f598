//! `ocart/v1/gateways`.

use http::Method;
use kernel::capability;
use web::{Reply, Routes};

use super::model::GatewayView;
use super::queries;

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "ocart/v1", "/gateways")
        .summary("Payment gateways that are on.")
        .requires(capability::OCART_MANAGE)
        .replies::<Vec<GatewayView>>()
        .read(|call, _| Ok(Reply::json(&queries::list(&call.engine))));
}
