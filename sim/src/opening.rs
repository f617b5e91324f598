//! Before the first customer: settings, funnels with their offers, a coupon, the recovery sequence. The catalogue is
//! imported by whoever puts the program together, through the shop's own importers.

use kernel::Fault;
use runtime::audit::AuditLog;
use runtime::settings::{cartbay, ocart, oloyalty, shop};
use runtime::{Actor, Settings};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::world::{World, staff_call};

/// The coupon that new customers hear of.
pub const COUPON: &str = "WELCOME10";

/// The funnel that a link may point to.
pub const FUNNEL: &str = "everyday";

/// Opens the shop.
pub async fn open(world: &World) -> Result<(), Fault> {
    settings(world).await?;
    let mut staff = world.staff();
    let coupon = json!({
        "code": COUPON, "discount_type": "percent", "amount": "10", "usage_limit_per_user": 1,
        "description": "Ten percent off the first order",
    });
    staff_call(&mut staff, "POST", "wc/v3/coupons", &coupon, "demo-coupon").await?;
    funnels(&mut staff).await?;
    sequence(&mut staff).await
}

async fn settings(world: &World) -> Result<(), Fault> {
    let text = |key: &str, value: &str| (key.to_owned(), Value::from(value));
    let shop_changes = vec![
        text("general.name", "Fernway Supply"),
        text("general.email", "hello@fernway.example"),
        text("general.postal_address", "Fernway Supply, 12 Harbour Lane, Portland, OR 97201"),
        text("general.state", "OR"),
        text("general.postcode", "97201"),
        text("general.city", "Portland"),
        text("shipping.cost", "6.50"),
        text("shipping.free_from", "75"),
    ];
    let ocart_changes = vec![
        text("recovery.from_name", "Fernway Supply"),
        text("recovery.from_email", "hello@fernway.example"),
    ];
    // Ninety days are played and all of them shall be there to look at.
    let cartbay_changes = vec![("data_retention_days".to_owned(), Value::from(90))];
    let loyalty_changes = vec![("points.shadow_mode".to_owned(), Value::from(false))];
    world
        .engine
        .write(Actor::cli(), move |tx| {
            Settings::load(tx, shop::OPTION)?.change(tx, AuditLog::OCart, &shop_changes)?;
            Settings::load(tx, ocart::OPTION)?.change(tx, AuditLog::OCart, &ocart_changes)?;
            Settings::load(tx, cartbay::OPTION)?.change(tx, AuditLog::OCart, &cartbay_changes)?;
            Settings::load(tx, oloyalty::OPTION)?.change(tx, AuditLog::OLoyalty, &loyalty_changes)
        })
        .await
}

async fn product(staff: &mut Browser, sku: &str) -> Result<i64, Fault> {
    let path = format!("wc/v3/products?sku={sku}");
    let answer = staff_call(staff, "GET", &path, &Value::Null, "").await?;
    answer.json()[0]["id"].as_i64().ok_or_else(|| Fault::bug(format!("the catalogue has no {sku}")))
}

/// Makes the funnels. The first whose rules fit a cart is taken: big baskets, then coffee, then everything else.
async fn funnels(staff: &mut Browser) -> Result<(), Fault> {
    let Value::Array(funnels) = serde_json::from_str(crate::catalogue::FUNNELS)? else {
        return Err(Fault::bug("the funnels are no list"));
    };
    for entry in funnels {
        let mut wanted = entry["funnel"].clone();
        if let Some(skus) = entry["with"].as_array() {
            let mut ids = Vec::new();
            for sku in skus {
                ids.push(product(staff, sku.as_str().unwrap_or_default()).await?);
            }
            wanted["trigger_rules"] = json!({ "product_in_cart": ids });
        }
        let key = format!("demo-funnel-{}", wanted["slug"].as_str().unwrap_or_default());
        let made = staff_call(staff, "POST", "ocart/v1/funnels", &wanted, &key).await?.json();
        let offers = entry["offers"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (number, offer) in offers.iter().enumerate() {
            add_offer(staff, &made["id"], offer, &format!("{key}-{number}")).await?;
        }
    }
    Ok(())
}

async fn add_offer(staff: &mut Browser, funnel: &Value, offer: &Value, key: &str) -> Result<(), Fault> {
    let sku = offer["sku"].as_str().unwrap_or_default();
    let body = json!({
        "type": offer["type"],
        "product_id": product(staff, sku).await?,
        "pricing_rule": offer["pricing_rule"],
        "funnel_id": funnel,
        "display_config": { "headline": offer["headline"], "description": offer["description"] },
    });
    let path = if offer["type"] == "bump" { "ocart/v1/bumps" } else { "ocart/v1/upsells" };
    staff_call(staff, "POST", path, &body, key).await?;
    Ok(())
}

/// Three reminders where the programme starts with one.
async fn sequence(staff: &mut Browser) -> Result<(), Fault> {
    let step =
        |delay: i64, template: &str| json!({ "channel": "email", "delay_min": delay, "template": template });
    let body = json!({
        "id": 1,
        "name": "Three friendly reminders",
        "status": "active",
        "steps": [step(0, "cart_nudge_1"), step(1_440, "cart_nudge_2"), step(4_320, "cart_nudge_3")],
    });
    staff_call(staff, "POST", "ocart/v1/recovery/sequences", &body, "demo-sequence").await?;
    Ok(())
}
