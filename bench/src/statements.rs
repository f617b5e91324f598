//! `bench statements`: every statement of one award, one order and one capture, as SQLite runs them.

use kernel::Fault;
use runtime::Actor;
use serde_json::json;
use sim::browser::Browser;

use crate::counts;
use crate::units::{self, Shop, Work};

/// Prints them, unit by unit.
pub async fn print() -> Result<(), Fault> {
    let folder = tempfile::tempdir().map_err(|error| Fault::bug(error.to_string()))?;
    let url = format!("sqlite:{}", folder.path().join("statements.db").display());
    let shop = units::open(&url, 500).await?;
    let mut shopper = Browser::new(&shop.router, "198.51.100.1");
    counts::fill(&mut shopper).await?;
    for name in ["award points", "place an order", "capture"] {
        once(&shop, &mut shopper, name, 1).await?;
        let heard = shop.engine.db().record();
        once(&shop, &mut shopper, name, 2).await?;
        shop.engine.db().stop_recording();
        // The recording is whole once a later unit has been through.
        shop.engine.write(Actor::system(), |_| Ok(())).await?;
        let statements: Vec<String> = heard.try_iter().collect();
        println!("-- {name}: {} statements", statements.len());
        for statement in statements {
            println!("{statement}");
        }
    }
    shop.engine.db().close().await;
    Ok(())
}

async fn once(shop: &Shop, shopper: &mut Browser, name: &str, number: u64) -> Result<(), Fault> {
    match name {
        "award points" => units::run(shop, Work::Award).await,
        "place an order" => units::run(shop, Work::Place).await,
        _ => {
            let body = json!({ "email": "ada@example.com", "consent": true, "funnel": "everyday" });
            let key = format!("capture-{number}");
            shopper.call("POST", "/wp-json/ocart/v1/checkout/capture", &body, &key).await.map(|_| ())
        }
    }
}
