//! Codes and proofs.

use super::model::{Acquaintance, Code, Introduction};

fn code() -> Code {
    Code { address: "https://shop.example/wp".to_owned(), bytes: (0..32).collect() }
}

#[test]
fn a_code_is_read_as_it_was_shown_with_blanks_in_it() {
    let text = code().text();
    assert!(text.starts_with("cw1.aHR0cHM6Ly9zaG9wLmV4YW1wbGUvd3A."));
    assert_eq!(Code::parse(&format!("  {}\n{} ", &text[..20], &text[20..])).unwrap(), code());
    for wrong in ["", "cw1", "cw1..", "cw2.aa.bb", &text[..text.len() - 1], &format!("{text}.x")] {
        assert!(Code::parse(wrong).unwrap_err().params.contains_key("code"), "{wrong}");
    }
}

#[test]
fn both_sides_prove_that_they_know_the_code() {
    let (code, other) = (code(), Code { bytes: vec![1; 32], ..code() });
    let nonce = "1".repeat(32);
    let mut caller = Introduction {
        site: "a".repeat(32),
        address: "https://shop.example".to_owned(),
        proof: code.proof(&"a".repeat(32), "https://shop.example", &nonce),
        nonce: nonce.clone(),
    };
    assert!(code.is_known_to(&caller) && !other.is_known_to(&caller));
    caller.address = "https://elsewhere.example".to_owned();
    assert!(!code.is_known_to(&caller), "the address is proved as well");
    let mut answer = Acquaintance {
        site: "a".repeat(32),
        address: String::new(),
        nonce: "2".repeat(32),
        key: "3".repeat(16),
        proof: code.answer(&nonce, &"2".repeat(32), &"3".repeat(16), &"a".repeat(32)),
    };
    assert!(code.is_answered_by(&nonce, &answer) && !other.is_answered_by(&nonce, &answer));
    answer.site = "b".repeat(32);
    assert!(!code.is_answered_by(&nonce, &answer));
}
