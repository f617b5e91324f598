//! A shop with a small catalogue, its owner, and what shoppers do there.

use app::{Application, Configuration};
use db::testing::TestDatabase;
use runtime::Actor;
use serde_json::{Value, json};
use sim::browser::{Browser, Visit};

const CATALOGUE: &str = "Type,SKU,Name,Published,Regular price,Sale price,Stock,In stock?,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 1 global,Tax status,Categories\n\
variable,hoodie,Hoodie,1,,,,1,,Color,\"Blue, Red\",1,0,taxable,Clothing\n\
variation,hoodie-blue,Hoodie - Blue,1,45.00,,,1,hoodie,Color,Blue,,0,taxable,\n\
variation,hoodie-red,Hoodie - Red,1,45.00,42.00,,1,hoodie,Color,Red,,0,taxable,\n\
simple,beanie,Beanie,1,20.00,18.00,,1,,,,,,taxable,Clothing\n\
simple,sunglasses,Sunglasses,1,90.00,,,1,,,,,,taxable,Accessories\n";
const RATES: &str = "Country Code,State Code,ZIP/Postcode,City,Rate %,Tax Name,Priority,Compound,Shipping,Tax Class\nUS,*,*,*,10.0000,US,1,0,1,\n";

pub(crate) struct Site {
    pub(crate) database: TestDatabase,
    pub(crate) application: Application,
    pub(crate) router: axum::Router,
    pub(crate) admin: Browser,
}

pub(crate) async fn site(database: TestDatabase) -> Site {
    let configuration = Configuration {
        public_url: "http://shop.test".to_owned(),
        secret_key: Some("0123456789abcdef0123456789abcdef".to_owned()),
        admin_password: Some("a long enough password".to_owned()),
        ..Configuration::usual(&database.url, database.db.prefix())
    };
    let application =
        Application::assemble(configuration, database.clock.clone(), database.entropy.clone()).unwrap();
    app::commands::serve::prepare(&application).await.unwrap();
    let router = application.router().unwrap();
    let password = application
        .engine
        .write(Actor::cli(), |tx| {
            shop::taxes::commands::import(tx, RATES.as_bytes())?;
            let imported = shop::products::commands::import(tx, CATALOGUE.as_bytes(), 2)?;
            assert_eq!(imported.created, 5);
            let (password, _) =
                accounts::application_passwords::commands::create(tx, kernel::ids::UserId(1), "test")?;
            Ok(password)
        })
        .await
        .unwrap();
    let admin = Browser::new(&router, "198.51.100.1").with_basic("admin", &password);
    Site { database, application, router, admin }
}

impl Site {
    pub(crate) async fn rest(&mut self, method: &str, path: &str, body: Value) -> Value {
        let visit = self.admin.call(method, &format!("/wp-json{path}"), &body, "").await.unwrap();
        assert!(visit.status.is_success(), "{method} {path}: {} {}", visit.status, visit.text);
        visit.json()
    }

    pub(crate) async fn product(&mut self, sku: &str) -> i64 {
        self.rest("GET", &format!("/wc/v3/products?sku={sku}"), Value::Null).await[0]["id"].as_i64().unwrap()
    }

    pub(crate) async fn settle(&self) {
        self.application.engine.run_due().await.unwrap();
    }

    pub(crate) async fn later(&self, minutes: i64) {
        self.database.clock.advance(minutes * 60);
        self.settle().await;
    }

    pub(crate) async fn funnel(&mut self) {
        let (beanie, sunglasses) = (self.product("beanie").await, self.product("sunglasses").await);
        let funnel = json!({ "name": "Main", "slug": "main", "status": "active", "settings": { "layout": "two_step" } });
        let funnel = self.rest("POST", "/ocart/v1/funnels", funnel).await["id"].as_i64().unwrap();
        let bump = json!({ "name": "Beanie", "type": "bump", "product_id": beanie, "funnel_id": funnel,
            "pricing_rule": { "type": "fixed_addon", "amount": "9.00" } });
        self.rest("POST", "/ocart/v1/bumps", bump).await;
        let upsell = json!({ "name": "Sunglasses", "type": "upsell", "product_id": sunglasses, "funnel_id": funnel,
            "pricing_rule": { "type": "discount_pct", "value": "50" } });
        self.rest("POST", "/ocart/v1/upsells", upsell).await;
    }

    pub(crate) async fn balance(&mut self, member: &str) -> i64 {
        self.settle().await;
        self.rest("GET", &format!("/oloyalty/v1/members/{member}"), Value::Null).await["points_balance"]
            .as_i64()
            .unwrap()
    }
}

pub(crate) fn ok(visit: &Visit) {
    assert!(visit.status.is_success(), "{} {}: {}", visit.status, visit.path, visit.text);
}

/// Sends the first form of the page that has `field`, with these values.
pub(crate) async fn send(browser: &mut Browser, page: &Visit, field: &str, values: &[(&str, &str)]) -> Visit {
    let mut form =
        page.form(field).unwrap_or_else(|| panic!("no form with {field} on {}: {}", page.path, page.text));
    for (name, value) in values {
        form.set(name, value);
    }
    let visit = browser.send(page, &form).await.unwrap();
    ok(&visit);
    visit
}

pub(crate) const ADDRESS: [(&str, &str); 7] = [
    ("email", "ada@example.com"),
    ("country", "US"),
    ("first_name", "Ada"),
    ("last_name", "Lovelace"),
    ("address_1", "1 Main St"),
    ("city", "Springfield"),
    ("postcode", "62701"),
];

pub(crate) async fn assert_clean(site: &Site) {
    for verifier in site.application.engine.verifiers() {
        let violations = site.application.engine.read(verifier.check).await.unwrap();
        assert!(violations.is_empty(), "{}: {violations:?}", verifier.name);
    }
    assert_eq!(site.application.engine.undelivered().await.unwrap(), 0);
}
