//! Signatures.

use super::rules;

/// The example of RFC 5849, section 1.2 (its second request), with the token's part left out.
#[test]
fn the_base_string_is_sorted_and_encoded_twice() {
    let query = [("b5", "=%3D"), ("a3", "a"), ("c@", ""), ("a2", "r b"), ("oauth_signature", "x")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(
        rules::signature_base("get", "http://example.com/r v", &query),
        "GET&http%3A%2F%2Fexample.com%2Fr%20v&a2%3Dr%2520b%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D"
    );
}

#[test]
fn only_known_methods_sign() {
    assert!(rules::signature("HMAC-SHA256", "s", "base").is_some());
    assert!(rules::signature("HMAC-SHA1", "s", "base").is_some());
    assert!(rules::signature("PLAINTEXT", "s", "base").is_none());
}
