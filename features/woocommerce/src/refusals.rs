//! Answers of the store as results: what it refuses keeps its kind and code; all else is its own trouble.

use std::collections::BTreeMap;

use kernel::{Fault, FaultKind};
use serde_json::Value;

use crate::transport::Answer;

/// Codes that somebody here looks at, or that a client of ours may know; any other is told as its kind's own.
const CODES: [&str; 22] = [
    "coupon_error_code",
    "duplicate",
    "offer_quantity_fixed",
    "refund_declined",
    "refund_pending",
    "rest_invalid_param",
    "rest_missing_callback_param",
    "rest_not_found",
    "total_changed",
    "woocommerce_rest_cannot_create_order_refund",
    "woocommerce_rest_cart_changed",
    "woocommerce_rest_cart_coupon_error",
    "woocommerce_rest_cart_empty",
    "woocommerce_rest_cart_full",
    "woocommerce_rest_cart_invalid_key",
    "woocommerce_rest_cart_invalid_product",
    "woocommerce_rest_invalid_order_refund",
    "woocommerce_rest_missing_variation_data",
    "woocommerce_rest_product_not_purchasable",
    "woocommerce_rest_product_out_of_stock",
    "woocommerce_rest_product_partially_out_of_stock",
    "woocommerce_rest_product_quantity_limit",
];

/// 502: the store did not answer as agreed. `problem` is a part of a sentence; it holds nothing of the answer's content.
#[must_use]
pub fn trouble(route: &str, problem: &str) -> Fault {
    Fault::new(
        FaultKind::Upstream,
        "woocommerce_unreachable",
        format!("The store could not be asked ({}): {problem}.", route.trim_start_matches("/cartwright/v1/")),
    )
}

/// The body of a good answer; a fault for anything else.
pub fn read(route: &str, answer: &Answer) -> Result<Value, Fault> {
    let document = serde_json::from_slice::<Value>(&answer.body).ok();
    match answer.status {
        200..=299 => document.ok_or_else(|| trouble(route, "the answer is not JSON")),
        300..=399 => Err(trouble(
            route,
            &format!(
                "it sends elsewhere, to {}; set CARTWRIGHT_WORDPRESS_URL to where it really is",
                place(&answer.location)
            ),
        )),
        status => Err(document
            .and_then(|document| refusal(status, &document))
            .unwrap_or_else(|| trouble(route, &unanswered(status, code(answer).as_deref())))),
    }
}

/// The WordPress code in a refusal, if it is one.
#[must_use]
pub fn code(answer: &Answer) -> Option<String> {
    let document: Value = serde_json::from_slice(&answer.body).ok()?;
    document.get("code")?.as_str().map(str::to_owned)
}

/// Scheme and host of an address, for a message.
fn place(location: &str) -> String {
    let host: Vec<&str> = location.splitn(4, '/').take(3).collect();
    host.join("/").chars().take(100).collect()
}

fn unanswered(status: u16, code: Option<&str>) -> String {
    match (status, code) {
        (404, _) => "the plugin is not active there".to_owned(),
        (401, Some(code)) => {
            let known = ["cartwright_key", "cartwright_clock", "cartwright_site", "cartwright_replayed"];
            let reason = known.into_iter().find(|known| *known == code).unwrap_or("cartwright_signature");
            format!("it does not take this server's signature ({reason})")
        }
        _ => format!("it answers with status {status}"),
    }
}

/// A refusal in WordPress's shape of a status that means the call, not the store.
fn refusal(status: u16, document: &Value) -> Option<Fault> {
    let (kind, usual) = match status {
        400 => (FaultKind::Invalid, "rest_invalid_param"),
        404 => (FaultKind::NotFound, "rest_not_found"),
        409 => (FaultKind::Conflict, "conflict"),
        422 => (FaultKind::Unprocessable, "woocommerce_rest_refused"),
        _ => return None,
    };
    let code = document.get("code")?.as_str()?;
    if code == "rest_no_route" {
        return None;
    }
    let message: String = document.get("message")?.as_str()?.chars().take(500).collect();
    let code = CODES.into_iter().find(|known| *known == code).unwrap_or(usual);
    let mut fault = Fault::new(kind, code, message);
    if let Some(data) = document.get("data").and_then(Value::as_object) {
        fault.params = params(data.get("params"));
        let further = data.iter().filter(|(name, _)| !matches!(name.as_str(), "status" | "params"));
        fault.data = further.map(|(name, value)| (name.clone(), value.clone())).collect();
    }
    Some(fault)
}

fn params(value: Option<&Value>) -> BTreeMap<String, String> {
    let Some(members) = value.and_then(Value::as_object) else { return BTreeMap::new() };
    members.iter().filter_map(|(name, problem)| Some((name.clone(), problem.as_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, location: String::new(), body: Bytes::copy_from_slice(body.as_bytes()) }
    }

    #[test]
    fn a_refusal_keeps_its_kind_its_code_and_the_original() {
        let body =
            r#"{"code":"total_changed","message":"It is 12.00 now.","data":{"status":409,"original":7}}"#;
        let fault = read("host/place_order", &answer(409, body)).unwrap_err();
        assert_eq!((fault.kind, fault.code), (FaultKind::Conflict, "total_changed"));
        assert_eq!(fault.data.get("original"), Some(&Value::from(7)));
        let body = r#"{"code":"rest_invalid_param","message":"No.","data":{"status":400,"params":{"email":"Wrong."}}}"#;
        let fault = read("host/place_order", &answer(400, body)).unwrap_err();
        assert_eq!(fault.params.get("email").map(String::as_str), Some("Wrong."));
    }

    #[test]
    fn whatever_is_no_answer_is_the_stores_trouble() {
        let cases = [
            (200, "<html>a warning</html>", "not JSON"),
            (200, r#"{"result": {"id": 1"#, "not JSON"),
            (500, r#"{"code":"internal_server_error","message":"x","data":{"status":500}}"#, "status 500"),
            (503, "<html>Briefly unavailable</html>", "status 503"),
            (404, "<html>nothing here</html>", "plugin is not active"),
            (404, r#"{"code":"rest_no_route","message":"x","data":{"status":404}}"#, "plugin is not active"),
            (401, r#"{"code":"cartwright_clock","message":"x","data":{"status":401}}"#, "cartwright_clock"),
            (403, "", "status 403"),
            (422, "", "status 422"),
        ];
        for (status, body, told) in cases {
            let fault = read("host/order", &answer(status, body)).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Upstream, "{status} {body}");
            assert!(fault.message.contains(told), "{fault}");
        }
        let moved = Answer { location: "https://www.shop.example/wp".to_owned(), ..answer(301, "") };
        let fault = read("hello", &moved).unwrap_err();
        assert!(
            fault.message.contains("https://www.shop.example; set")
                || fault.message.contains("https://www.shop.example;")
        );
    }
}
