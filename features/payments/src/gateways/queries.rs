//! Reading the gateways.

use runtime::Engine;

use super::model::GatewayView;

/// All gateways that are on, by id.
pub(crate) fn list(engine: &Engine) -> Vec<GatewayView> {
    engine
        .gateways()
        .map(|gateway| GatewayView {
            id: gateway.id().to_owned(),
            title: gateway.title().to_owned(),
            one_click: gateway.one_click(),
            status: "enabled",
        })
        .collect()
}
