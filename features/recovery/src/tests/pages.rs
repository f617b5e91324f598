//! Every admin page renders, with and without content.

use http::Method;

use super::world::worlds;

const PAGES: [&str; 5] = [
    "/admin/cartbay",
    "/admin/cartbay-sessions",
    "/admin/cartbay-sessions?status=abandoned&search=ann",
    "/admin/ocart-recovery",
    "/admin/ocart-recovery/suppression",
];

#[tokio::test]
async fn pages_render() {
    for world in worlds().await {
        for page in PAGES {
            let answer = world.owner(Method::GET, page, "").await;
            assert_eq!(answer.status, 200, "{page}: {}", answer.text);
            assert_ne!(world.get(page).await.status, 200, "{page} is open to anyone");
        }
        let (restore, _) = world.abandoned("cart1", "ann@example.org").await;
        let browser = [("cookie", "cartwright_cart=cart1")];
        assert_eq!(world.call(Method::GET, &restore, &browser, "").await.status, 303);
        let tell = "/wp-json/ocart/v1/checkout/restored";
        assert_eq!(world.call(Method::POST, tell, &[("cart-token", "cart1")], "").await.status, 200);
        let body = r#"{"email":"carl@example.org"}"#;
        let added = world.owner(Method::POST, "/wp-json/ocart/v1/recovery/suppression", body).await;
        assert_eq!(added.status, 201);
        for page in PAGES.iter().chain(&["/admin/cartbay-sessions/1"]) {
            let answer = world.owner(Method::GET, page, "").await;
            assert_eq!(answer.status, 200, "{page}: {}", answer.text);
        }
        let session = world.owner(Method::GET, "/admin/cartbay-sessions/1", "").await.text;
        for words in ["ann@example.org", "Mug", "Restore clicked", "$24.00", "Your cart: $24.00"] {
            assert!(session.contains(words), "{words}");
        }
        let removed = world
            .owner(Method::DELETE, "/wp-json/ocart/v1/recovery/suppression?email=carl%40example.org", "")
            .await;
        assert_eq!(removed.status, 200, "{}", removed.text);
    }
}
