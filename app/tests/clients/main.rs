//! What WooCommerce's clients send to the embedded shop, over HTTP, on both databases: changes in part, filters, answers sent
//! back, dates, attributes, addresses.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use app::{Application, Configuration};
use axum::http::StatusCode;
use db::testing::TestDatabase;
use runtime::Actor;
use serde_json::Value;
use sim::browser::Browser;

const CATALOGUE: &str = "Type,SKU,Name,Published,Is featured?,Regular price,Sale price,Stock,In stock?,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 1 global,Tax status,Categories,Description\n\
variable,hoodie,Hoodie,1,0,,,,1,,Color,\"Blue, Red\",1,0,taxable,Clothing,Warm\n\
variation,hoodie-blue,Hoodie - Blue,1,0,45.00,,,1,hoodie,Color,Blue,,0,taxable,,\n\
variation,hoodie-red,Hoodie - Red,1,0,45.00,42.00,,1,hoodie,Color,Red,,0,taxable,,\n\
simple,beanie,Beanie,1,1,20.00,18.00,,1,,,,,,taxable,Clothing > Hats,Knitted\n\
simple,lamp,Lamp,1,0,90.00,,7,1,,,,,,taxable,Home,Bright\n\
simple,mug,Mug,0,0,9.00,,0,0,,,,,,none,Home,Blue glaze\n";
const RATES: &str = "Country Code,State Code,ZIP/Postcode,City,Rate %,Tax Name,Priority,Compound,Shipping,Tax Class\nUS,New York,*,*,10.0000,NY,1,0,1,\n";

mod changes;
mod filters;
mod selling;

struct Site {
    database: TestDatabase,
    application: Application,
    router: axum::Router,
    admin: Browser,
}

async fn site(database: TestDatabase) -> Site {
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
            assert_eq!(imported.created, 6, "{:?}", imported.problems);
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
    async fn ask(&mut self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let visit = self.admin.call(method, &format!("/wp-json/wc/v3{path}"), &body, "").await.unwrap();
        assert!(visit.status.as_u16() < 500, "{method} {path}: {}", visit.text);
        (visit.status, visit.json())
    }

    async fn ok(&mut self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask(method, path, body).await;
        assert!(status.is_success(), "{}: {method} {path}: {status} {answer}", self.database.name);
        answer
    }

    async fn get(&mut self, path: &str) -> Value {
        self.ok("GET", path, Value::Null).await
    }

    /// Refused with a 400 that names the field.
    async fn refused(&mut self, method: &str, path: &str, body: Value, field: &str) {
        let (status, answer) = self.ask(method, path, body).await;
        assert_eq!(status, 400, "{method} {path}: {answer}");
        assert!(answer["data"]["params"][field].is_string(), "{method} {path}: {answer}");
    }

    async fn product(&mut self, sku: &str) -> i64 {
        self.get(&format!("/products?sku={sku}")).await[0]["id"].as_i64().unwrap()
    }

    /// Whatever `key` a list shows, in its order.
    async fn listed(&mut self, path: &str, key: &str) -> Vec<String> {
        let rows = self.get(path).await;
        rows.as_array().unwrap().iter().map(|row| row[key].to_string().trim_matches('"').to_owned()).collect()
    }
}

async fn store(
    site: &Site,
    browser: &mut Browser,
    method: &str,
    path: &str,
    body: Value,
) -> (StatusCode, Value) {
    let _ = site;
    let visit = browser.call(method, &format!("/wp-json/wc/store/v1{path}"), &body, "").await.unwrap();
    (visit.status, visit.json())
}

const BILLING: [(&str, &str); 9] = [
    ("first_name", "Ada"),
    ("last_name", "Lovelace"),
    ("address_1", "1 Main St"),
    ("city", "Albany"),
    ("state", "NY"),
    ("postcode", "12207"),
    ("country", "US"),
    ("email", "ada@example.com"),
    ("phone", "111"),
];

fn billing() -> Value {
    BILLING
        .iter()
        .map(|(key, value)| ((*key).to_owned(), Value::from(*value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
