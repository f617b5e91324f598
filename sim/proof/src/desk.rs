//! The people and programs behind the counter: parcels, refunds, corrections of points, orders from elsewhere. Every
//! request that changes something bears a key of its own and is sent under the same key until it is answered.

use kernel::Decimal;
use serde_json::{Value, json};

use crate::client::{Client, Done};
use crate::model::{Correction, GivenBack};
use crate::template::Purse;

/// Somebody with a password.
pub struct Desk {
    /// With what.
    pub client: Client,
    /// Members of the loyalty programme: member and user.
    pub members: Vec<(i64, i64)>,
    /// Members who call by themselves.
    pub purses: Vec<Purse>,
    /// A reward.
    pub reward: i64,
    /// A product that can be sold by hand.
    pub product: i64,
    /// Unique among all who work at the desk.
    pub name: String,
}

/// An errand at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Sends parcels.
    Parcels,
    /// Gives money back.
    GiveBack,
    /// Cancels what has not been paid.
    Cancel,
    /// Corrects points.
    Correct,
    /// Another program sells something and says how it goes on with it.
    Sell,
    /// A member redeems a reward.
    Redeem,
}

impl Desk {
    /// Runs an errand.
    pub async fn run(mut self, errand: Errand) {
        let _ = match errand {
            Errand::Parcels => self.parcels().await,
            Errand::GiveBack => self.give_back().await,
            Errand::Cancel => self.cancel().await,
            Errand::Correct => self.correct().await,
            Errand::Sell => self.sell().await,
            Errand::Redeem => self.redeem().await,
        };
    }

    /// The same request from two places at once, as a webhook that is sent twice.
    async fn twice(&mut self, method: &str, path: &str, body: &Value, key: &str) -> Result<Value, Done> {
        if self.client.chance.percent(65) {
            let visit = self.client.call(method, path, body, key).await?;
            return if visit.status.is_success() { Ok(visit.json()) } else { Err(Done) };
        }
        let mut second = self.client.clone();
        let (first, other) =
            tokio::join!(self.client.call(method, path, body, key), second.call(method, path, body, key));
        let visit = match (first, other) {
            (Ok(visit), _) if visit.status.is_success() => visit,
            (_, Ok(visit)) if visit.status.is_success() => visit,
            _ => return Err(Done),
        };
        Ok(visit.json())
    }

    async fn orders(&mut self, status: &str) -> Result<Vec<Value>, Done> {
        let path = format!("wc/v3/orders?status={status}&order=asc&orderby=id&per_page=50");
        let orders = self.client.call("GET", &path, &Value::Null, "").await?.json();
        Ok(orders.as_array().cloned().unwrap_or_default())
    }

    async fn parcels(&mut self) -> Result<(), Done> {
        for order in self.orders("processing").await? {
            if self.client.chance.percent(20) {
                continue;
            }
            let key = format!("{}-parcel-{}", self.name, order["id"]);
            let path = format!("wc/v3/orders/{}", order["id"]);
            let _ = self.twice("PUT", &path, &json!({ "status": "completed" }), &key).await;
        }
        Ok(())
    }

    async fn cancel(&mut self) -> Result<(), Done> {
        for order in self.orders("pending").await? {
            if order["created_via"] == "checkout" && self.client.chance.percent(70) {
                let key = format!("{}-cancel-{}", self.name, order["id"]);
                self.client.model.known().cancelled.extend(order["id"].as_i64());
                let path = format!("wc/v3/orders/{}", order["id"]);
                let _ = self.twice("PUT", &path, &json!({ "status": "cancelled" }), &key).await;
            }
        }
        Ok(())
    }

    async fn give_back(&mut self) -> Result<(), Done> {
        let status = if self.client.chance.percent(70) { "completed" } else { "processing" };
        let orders = self.orders(status).await?;
        let Some(order) = self.client.chance.pick(&orders).cloned() else { return Ok(()) };
        let Some(id) = order["id"].as_i64() else { return Ok(()) };
        let total = order["total"].as_str().and_then(Decimal::parse).unwrap_or(Decimal::ZERO);
        let Ok(total) = total.to_money(kernel::Currency::USD) else { return Ok(()) };
        let parts = self.client.chance.between(1, 3);
        for part in 0..parts {
            let minor =
                if parts == 1 && self.client.chance.percent(50) { total.minor() } else { total.minor() / 4 };
            if minor <= 0 {
                return Ok(());
            }
            let amount = kernel::Money::new(minor, total.currency()).major();
            let key = format!("{}-refund-{id}-{part}", self.name);
            let asked = GivenBack { order: id, minor, done: false };
            self.client.model.known().refunds.insert(key.clone(), asked);
            let body = json!({ "amount": amount, "reason": "Came back" });
            let answer = self.twice("POST", &format!("wc/v3/orders/{id}/refunds"), &body, &key).await;
            if answer.is_ok()
                && let Some(asked) = self.client.model.known().refunds.get_mut(&key)
            {
                asked.done = true;
            }
        }
        Ok(())
    }

    async fn correct(&mut self) -> Result<(), Done> {
        for number in 0..self.client.chance.between(1, 3) {
            let Some((member, _)) = self.client.chance.pick(&self.members).copied() else { return Ok(()) };
            let points = match self.client.chance.between(-60, 120) {
                0 => 1,
                points => points,
            };
            let reason = format!("{}-{number}", self.name);
            let asked = Correction { member, points, done: false };
            self.client.model.known().corrections.insert(reason.clone(), asked);
            let body = json!({ "points": points, "reason": reason });
            let path = format!("oloyalty/v1/members/{member}/adjust");
            let answer = self.twice("POST", &path, &body, &format!("{reason}-key")).await;
            if answer.is_ok()
                && let Some(asked) = self.client.model.known().corrections.get_mut(&reason)
            {
                asked.done = true;
            }
        }
        Ok(())
    }

    async fn redeem(&mut self) -> Result<(), Done> {
        let Some(purse) = self.client.chance.pick(&self.purses).cloned() else { return Ok(()) };
        self.client.browser = self.client.browser.clone().with_basic(&purse.login, &purse.password);
        let path = format!("oloyalty/v1/rewards/{}/redeem", self.reward);
        for number in 0..self.client.chance.between(1, 2) {
            let key = format!("{}-reward-{number}", self.name);
            self.client.model.known().redeemed.insert(key.clone(), None);
            let answer = self.twice("POST", &path, &json!({}), &key).await?;
            let code = answer["redemption"]["code"].as_str().map(ToOwned::to_owned);
            self.client.model.known().redeemed.insert(key, code);
        }
        Ok(())
    }

    async fn sell(&mut self) -> Result<(), Done> {
        let Some((_, user)) = self.client.chance.pick(&self.members).copied() else { return Ok(()) };
        let key = format!("{}-order", self.name);
        let quantity = self.client.chance.between(1, 3);
        let body = json!({
            "customer_id": user, "set_paid": true, "payment_method": "cheque",
            "line_items": [{ "product_id": self.product, "quantity": quantity }],
        });
        self.client.model.known().ordered.insert(key.clone(), None);
        let order = self.twice("POST", "wc/v3/orders", &body, &key).await?;
        let Some(id) = order["id"].as_i64() else { return Ok(()) };
        self.client.model.known().ordered.insert(key.clone(), Some(id));
        if self.client.chance.percent(70) {
            let body = json!({ "status": "completed" });
            self.twice("PUT", &format!("wc/v3/orders/{id}"), &body, &format!("{key}-done")).await?;
        }
        Ok(())
    }
}
