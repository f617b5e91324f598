//! Templates: any text parses or is refused, and what it makes is bounded; whatever a value holds, it stays text in a page.
#![no_main]

use libfuzzer_sys::fuzz_target;
use web::{Renderer, context};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (template, value) = text.split_once('\0').unwrap_or((text, text));
    let rows: Vec<&str> = value.split(',').take(5).collect();
    if let Ok(renderer) = Renderer::new([("any.html", leaked(template))]) {
        let _ = renderer.render("any.html", context! { value => value, rows => rows });
    }
    static OWN: std::sync::LazyLock<Renderer> = std::sync::LazyLock::new(|| {
        let page = "<a title=\"{{ value }}\" href='{{ value }}'>{{ value }}</a>{% for row in rows %}{{ row|upper }}{% endfor %}";
        Renderer::new([("own.html", page)]).expect("it parses")
    });
    let page = OWN.render("own.html", context! { value => value, rows => rows }).expect("it renders");
    assert_eq!(page.matches(['<', '>']).count(), 4, "markup out of a value: {page}");
    assert_eq!((page.matches('"').count(), page.matches('\'').count()), (2, 2), "a value breaks out: {page}");
});

/// The renderer keeps its templates for good; a fuzzer's run is short.
fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
