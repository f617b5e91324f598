//! OpenAPI of a namespace, made from its routes: what is registered is described, nothing else.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::routes::{Face, Route};

/// The document. `version` is `3.1.0`, or `3.0.3` for clients that know no newer one.
#[must_use]
pub fn document(namespace: &str, routes: &[Route], version: &str) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    if version.starts_with("3.0") {
        settings = SchemaSettings::openapi3();
    }
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes.iter().filter(|route| route.face == Face::Rest && route.namespace == namespace) {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.path.clone()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(methods) = path {
            methods.insert(route.method.as_str().to_ascii_lowercase(), operation);
        }
    }
    let mut schemas: Map<String, Value> = generator.take_definitions(true).into_iter().collect();
    schemas.insert("Fault".to_owned(), fault_schema());
    json!({
        "openapi": version,
        "info": { "title": format!("Cartwright {namespace}"), "version": env!("CARGO_PKG_VERSION"),
                  "license": { "name": "GPL-2.0-or-later" } },
        "servers": [{ "url": "/wp-json" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "applicationPassword": { "type": "http", "scheme": "basic" },
                "session": { "type": "apiKey", "in": "header", "name": "X-WP-Nonce" },
                "cartToken": { "type": "apiKey", "in": "header", "name": "Cart-Token" },
                "signature": { "type": "apiKey", "in": "header", "name": "X-Cartwright-Signature" }
            }
        }
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut parameters: Vec<Value> = path_parameters(&route.path)
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": if name == "id" || name.ends_with("_id") { "integer" } else { "string" } } }))
        .collect();
    parameters.extend(route.query.iter().map(
        |(name, description)| json!({ "name": name, "in": "query", "description": description, "schema": { "type": "string" } }),
    ));
    if route.mutates() {
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "schema": { "type": "string", "maxLength": 191 },
            "description": "The same key and body give the first answer again." }));
    }
    let good = route.reply.map_or_else(
        || json!({ "description": "Done." }),
        |reply| json!({ "description": "Done.", "content": { "application/json": { "schema": reply(generator) } } }),
    );
    let mut responses = Map::from_iter([(route.status.to_string(), good.clone())]);
    responses.extend(route.also.map(|status| (status.to_string(), good)));
    for (status, meaning) in refusals(route) {
        responses.insert(
            status.to_owned(),
            json!({ "description": meaning, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Fault" } } } }),
        );
    }
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "parameters": parameters,
        "responses": responses,
        "security": security(route)
    });
    if let (Some(body), Value::Object(members)) = (route.body, &mut operation) {
        members.insert(
            "requestBody".to_owned(),
            json!({ "required": true, "content": { "application/json": { "schema": body(generator) } } }),
        );
    }
    if let (Some(capability), Value::Object(members)) = (route.access.capability(), &mut operation) {
        members.insert("x-capability".to_owned(), Value::from(capability));
    }
    operation
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn operation_id(route: &Route) -> String {
    let path: String = route
        .path
        .chars()
        .map(|character| if character.is_alphanumeric() { character } else { '_' })
        .collect();
    format!("{}{path}", route.method.as_str().to_ascii_lowercase())
}

fn refusals(route: &Route) -> Vec<(&'static str, &'static str)> {
    let mut refusals = vec![
        ("400", "A parameter is not right; `data.params` names it."),
        ("401", "Not logged in, or with credentials that are not right."),
        ("403", "Lacking the capability, or with a nonce or token that is not good."),
    ];
    let named = path_parameters(&route.path).next().is_some();
    if named || route.mutates() || route.access != crate::access::Access::Public {
        refusals.push(("404", "What the path, the body or the caller names is not there."));
    }
    if route.mutates() {
        refusals.push(("408", "The body did not arrive in time."));
        refusals.push(("409", "A replay or a conflict; the original is in `data`."));
        refusals.push(("413", "The body is too large."));
        refusals.push(("422", "Refused by a rule."));
    }
    refusals.push(("429", "Too many requests; wait `Retry-After` seconds."));
    refusals
}

fn security(route: &Route) -> Value {
    use crate::access::Access;
    match route.access {
        Access::Public => json!([]),
        Access::Signed => json!([{ "signature": [] }]),
        Access::Shopper => json!([{ "cartToken": [] }]),
        Access::ShopperOr(_) => {
            json!([{ "cartToken": [] }, { "applicationPassword": [] }, { "session": [] }])
        }
        Access::LoggedIn | Access::Capability(_) => json!([{ "applicationPassword": [] }, { "session": [] }]),
    }
}

fn fault_schema() -> Value {
    json!({
        "type": "object",
        "required": ["code", "message", "data"],
        "properties": {
            "code": { "type": "string" },
            "message": { "type": "string" },
            "data": {
                "type": "object",
                "required": ["status"],
                "properties": {
                    "status": { "type": "integer" },
                    "params": { "type": "object", "additionalProperties": { "type": "string" } }
                }
            }
        }
    })
}
