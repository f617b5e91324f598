//! The shop as every world begins: made once, copied for each seed.

use app::Configuration;
use kernel::{Fault, Moment};
use serde_json::{Value, json};
use sim::browser::Browser;
use sim::staff_call;
use tempfile::TempDir;

use crate::shopping;

/// Moment at which every world begins.
pub const BEGINNING: &str = "2026-11-21T12:00:00Z";
/// The template's own seed.
const SEED: u64 = 1;
/// Customers with an account.
const MEMBERS: usize = 3;

/// A shop with a catalogue, funnels, a sequence and some members.
#[derive(Debug)]
pub struct Template {
    place: Place,
    /// Login of the administrator.
    pub login: String,
    /// Password of a program that acts for the administrator.
    pub password: String,
    /// Members of the loyalty programme: member and user.
    pub members: Vec<(i64, i64)>,
    /// With what members call by themselves.
    pub purses: Vec<Purse>,
    /// A reward of the catalogue.
    pub reward: i64,
    /// Pages of products.
    pub products: Vec<String>,
    /// A product that can be sold by hand.
    pub product: i64,
    /// Products of which there are only so many.
    pub scarce: Vec<(i64, i64)>,
}

/// A member's own password.
#[derive(Debug, Clone)]
pub struct Purse {
    /// Login.
    pub login: String,
    /// Password of a program that acts for the member.
    pub password: String,
}

/// Where a template's database is.
#[derive(Debug)]
enum Place {
    /// A SQLite file, copied for each world.
    File(TempDir),
    /// On a MariaDB, which one world plays in; address and prefix.
    Server(String, String),
}

/// What there is not much of, and how much.
const SCARCE: [(&str, i64); 4] = [("COF-DAWN", 5), ("BRW-DRIPPER", 4), ("MUG-ENAMEL", 9), ("COF-FILTERS", 3)];

/// The configuration of all servers of a world on this database.
fn configuration(database_url: &str, table_prefix: &str) -> Configuration {
    Configuration {
        public_url: "http://shop.test".to_owned(),
        secret_key: Some("0123456789abcdef0123456789abcdef".to_owned()),
        admin_password: Some("a long enough password".to_owned()),
        ..Configuration::usual(database_url, table_prefix)
    }
}

impl Template {
    /// Makes it in a SQLite file.
    pub fn make() -> Result<Self, Fault> {
        let folder = tempfile::tempdir().map_err(|error| trouble(&error))?;
        Self::built(Place::File(folder))
    }

    /// Makes it on a MariaDB, in tables with a prefix that nothing else has. For one world only.
    pub fn on_server(url: &str, prefix: &str) -> Result<Self, Fault> {
        Self::built(Place::Server(url.to_owned(), prefix.to_owned()))
    }

    fn built(place: Place) -> Result<Self, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| trouble(&error))?;
        runtime.block_on(Self::furnish(place))
    }

    async fn furnish(place: Place) -> Result<Self, Fault> {
        let start = Moment::parse(BEGINNING).unwrap_or_default();
        let configuration = match &place {
            Place::File(folder) => configuration(&address(&folder.path().join("shop.db")), "wp_"),
            Place::Server(url, prefix) => configuration(url, prefix),
        };
        let stage = app::demo::open(configuration, start, SEED).await?;
        let world = &stage.world;
        let mut staff = world.staff();
        let (mut members, mut purses) = (Vec::new(), Vec::new());
        for number in 0..MEMBERS {
            let body = json!({
                "email": format!("member{number}@example.com"), "first_name": "Mem", "last_name": "Ber",
                "password": format!("a long password {number}"),
            });
            let key = format!("template-{number}");
            let made = staff_call(&mut staff, "POST", "wc/v3/customers", &body, &key).await?.json();
            let login = made["username"].as_str().unwrap_or_default().to_owned();
            let (password, _) = app::demo::password(&stage.application, &login).await?;
            purses.push(Purse { login, password });
        }
        let body = json!({
            "name": "Five off", "type": "cart_fixed", "points_cost": 40, "value": { "amount": "5.00" },
        });
        let path = "oloyalty/v1/rewards";
        let reward = staff_call(&mut staff, "POST", path, &body, "reward").await?.json()["id"].as_i64();
        world.engine.run_due().await?;
        let rows = staff_call(&mut staff, "GET", "oloyalty/v1/members?per_page=50", &Value::Null, "").await?;
        for row in rows.json().as_array().map(Vec::as_slice).unwrap_or_default() {
            if let (Some(member), Some(user)) = (row["id"].as_i64(), row["user_id"].as_i64()) {
                members.push((member, user));
            }
        }
        let products = shopping::products(&mut Browser::new(&world.router, "198.51.100.250")).await?;
        let path = "wc/v3/products?sku=MUG-ENAMEL";
        let product = staff_call(&mut staff, "GET", path, &Value::Null, "").await?.json()[0]["id"].as_i64();
        let mut scarce = Vec::new();
        for (sku, stock) in SCARCE {
            let path = format!("wc/v3/products?sku={sku}");
            let found =
                staff_call(&mut staff, "GET", &path, &Value::Null, "").await?.json()[0]["id"].as_i64();
            let id = found.ok_or_else(|| Fault::bug(format!("the catalogue has no {sku}")))?;
            let body = json!({ "manage_stock": true, "stock_quantity": stock });
            staff_call(&mut staff, "PUT", &format!("wc/v3/products/{id}"), &body, sku).await?;
            scarce.push((id, stock));
        }
        let template = Self {
            place,
            scarce,
            login: world.staff_login.clone(),
            password: world.staff_password.clone(),
            members,
            purses,
            reward: reward.ok_or_else(|| Fault::bug("the catalogue has no reward"))?,
            products,
            product: product.ok_or_else(|| Fault::bug("the catalogue has no mug"))?,
        };
        world.engine.db().close().await;
        Ok(template)
    }

    /// The database of one world: a copy in a folder of its own, or the server's tables themselves.
    pub fn place(&self) -> Result<(Option<TempDir>, Configuration), Fault> {
        match &self.place {
            Place::Server(url, prefix) => Ok((None, configuration(url, prefix))),
            Place::File(template) => {
                let folder = tempfile::tempdir().map_err(|error| trouble(&error))?;
                let file = folder.path().join("shop.db");
                std::fs::copy(template.path().join("shop.db"), &file).map_err(|error| trouble(&error))?;
                let configuration = configuration(&address(&file), "wp_");
                Ok((Some(folder), configuration))
            }
        }
    }
}

fn address(file: &std::path::Path) -> String {
    format!("sqlite:{}", file.display())
}

fn trouble(error: &std::io::Error) -> Fault {
    Fault::bug(format!("no place for a world: {error}"))
}
