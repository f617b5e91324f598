//! Paths and origins.

use super::rules;

#[test]
fn only_pages_of_the_admin_are_led_to() {
    for good in ["/admin/ocart", "/admin/ocart-funnels/4", "/admin/oloyalty-members"] {
        assert!(rules::is_admin_page(good), "{good}");
    }
    for wrong in
        ["", "/", "/admin", "/shop", "//evil.example", "/admin//evil.example", "/admin/../x", "/admin/a?b=c"]
    {
        assert!(!rules::is_admin_page(wrong), "{wrong}");
    }
}

#[test]
fn an_origin_has_no_path_and_nothing_else_of_a_policy() {
    assert_eq!(rules::origin("https://shop.example/wp").as_deref(), Some("https://shop.example"));
    assert_eq!(rules::origin("http://127.0.0.1:8190").as_deref(), Some("http://127.0.0.1:8190"));
    for wrong in [
        "",
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://a b",
        "https://*",
        "https://a;script-src *",
    ] {
        assert_eq!(rules::origin(wrong), None, "{wrong}");
    }
}
