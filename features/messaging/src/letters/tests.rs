//! Letters through their request.

use kernel::contracts::messaging::{ComposeLetter, LetterLine, RECOVERY_TEMPLATES};
use kernel::{Currency, Money};

fn request(template: &str) -> ComposeLetter {
    ComposeLetter {
        template: template.to_owned(),
        to: "ann@example.org".to_owned(),
        lines: vec![LetterLine {
            name: "<b>Mug</b> & Saucer".to_owned(),
            quantity: 2,
            total: "$24.00".to_owned(),
            image: "/assets/mug.png".to_owned(),
            address: "javascript:alert(1)".to_owned(),
        }],
        total: Money::new(2400, Currency::parse("USD").unwrap()),
        restore_url: "http://shop.test/restore/abc".to_owned(),
        unsubscribe_url: "http://shop.test/unsubscribe/def".to_owned(),
        coupon_code: None,
    }
}

#[tokio::test]
async fn letters_have_both_parts_and_a_way_out() {
    for database in db::testing::databases() {
        let engine =
            runtime::testing::engine(&database, vec![crate::feature().module], runtime::testing::ports())
                .unwrap();
        for template in RECOVERY_TEMPLATES {
            let letter = engine.ask(request(template)).await.unwrap();
            assert!(letter.subject.contains("Cartwright Goods"), "{}", letter.subject);
            assert!(!letter.subject.contains('\n'));
            assert_eq!(letter.from, "shop@example.com");
            assert!(letter.text.contains("http://shop.test/restore/abc"));
            assert!(letter.text.contains("2 x <b>Mug</b> & Saucer: $24.00"));
            assert!(letter.text.contains("http://shop.test/unsubscribe/def"));
            assert!(letter.html.contains("&lt;b&gt;Mug&lt;") && !letter.html.contains("<b>Mug"));
            assert!(!letter.html.contains("javascript:"));
            assert!(letter.html.contains("prefers-color-scheme: dark"));
            let header = |name: &str| {
                letter.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
            };
            assert_eq!(header("List-Unsubscribe"), Some("<http://shop.test/unsubscribe/def>"));
            assert_eq!(header("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
        }
        assert_eq!(engine.ask(request("newsletter")).await.unwrap_err().status(), 400);
    }
}
