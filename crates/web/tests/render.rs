//! Templates that cannot be rendered: what is said about them.

use web::{Renderer, context};

/// The message goes to the log.
#[test]
fn an_error_names_the_place_and_nothing_that_the_page_holds() {
    let renderer = Renderer::new([("order.html", "<p>{{ email }}</p>\n<p>{{ phone }}</p>")]).unwrap();
    let fault = renderer.render("order.html", context! { email => "jane@shop.test" }).unwrap_err();
    assert!(fault.message.contains("order.html:2"), "{}", fault.message);
    assert!(!fault.message.contains("jane"), "{}", fault.message);
}

/// Found by fuzzing: to point at the place of this error was a subtraction below zero.
#[test]
fn an_odd_end_of_a_template_is_an_error_like_any_other() {
    let odd = "{% for in rows %}{{ boop.index }}ux }}uer }}{% endfor %}a,bndfor %}a,b,";
    let renderer = Renderer::new([("odd.html", odd)]).unwrap();
    let fault = renderer.render("odd.html", context! { rows => ["a", "b"] }).unwrap_err();
    assert!(fault.message.contains("odd.html:1"), "{}", fault.message);
}

#[test]
fn a_cell_that_a_spreadsheet_would_compute_is_text() {
    use web::output::as_text;
    for formula in ["=HYPERLINK(\"http://x\")", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "--5"] {
        assert_eq!(as_text(formula.to_owned()), format!("'{formula}"), "{formula:?}");
    }
    for plain in ["", "-5.00", "+5", "-0.5", "12", "a=b", "Lamp", "1 - 2"] {
        assert_eq!(as_text(plain.to_owned()), plain, "{plain:?}");
    }
}
