//! `cartwright oloyalty reward list|create`.

use kernel::{Amount, Decimal, Fault, Paging};
use runtime::Actor;
use serde::Serialize;
use web::command::{Arguments, option};
use web::{Command, Output};

use super::commands::{self, NewReward};
use super::model::{ACTIVE, Reward, RewardConditions, RewardFilter, RewardValue};
use super::queries;

const FIELDS: [&str; 7] = ["id", "name", "type", "points_cost", "gives", "cart_min_total", "status"];

#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    points_cost: i64,
    gives: String,
    cart_min_total: String,
    status: String,
}

pub(crate) fn commands() -> Vec<Command> {
    vec![list(), create()]
}

fn list() -> Command {
    Command::new(
        &["oloyalty", "reward", "list"],
        "List rewards",
        |command| {
            command
                .arg(option("status", "active or inactive; all unless given"))
                .arg(option("type", "cart_pct, cart_fixed or free_ship"))
        },
        |engine, arguments| async move {
            let text = |name: &str| arguments.get(name).unwrap_or_default();
            let filter = RewardFilter::of(text("type"), text("status"))?;
            let mut paging = Paging::first(100_000);
            paging.descending = false;
            let page = engine.read(move |tx| queries::rewards(tx, &paging, &filter)).await?;
            let rows: Vec<Row> = page.rows.into_iter().map(row).collect();
            Ok(Output::rows(&FIELDS, &rows))
        },
    )
}

fn row(reward: Reward) -> Row {
    let currency = reward.value.currency.map(|currency| currency.to_string()).unwrap_or_default();
    let digits = |amount: Amount| kernel::json::to_text(&amount);
    let gives = match (reward.value.percent, reward.value.amount) {
        (Some(percent), _) => format!("{} %", digits(percent)),
        (None, Some(amount)) => format!("{} {currency}", digits(amount)),
        (None, None) => "free shipping".to_owned(),
    };
    Row {
        id: reward.id.0,
        name: reward.name,
        kind: reward.kind,
        points_cost: reward.points_cost,
        gives,
        cart_min_total: reward.conditions.cart_min_total.map(digits).unwrap_or_default(),
        status: reward.status,
    }
}

fn create() -> Command {
    Command::new(
        &["oloyalty", "reward", "create"],
        "Put a reward into the catalogue",
        |command| {
            command
                .arg(option("name", "What members read"))
                .arg(option("type", "cart_pct, cart_fixed or free_ship"))
                .arg(option("points", "Points that it costs"))
                .arg(option("percent", "Per cent off the cart, for cart_pct"))
                .arg(option("amount", "Off the cart, for cart_fixed"))
                .arg(option("cart-min-total", "Least subtotal of the cart"))
                .arg(option("description", "More for members to read"))
                .arg(option("status", "active (the default) or inactive"))
        },
        |engine, arguments| async move {
            let new = wanted(&arguments)?;
            let reward = engine.write(Actor::cli(), move |tx| commands::create(tx, &new)).await?;
            Ok(Output::success(format!("reward #{} created", reward.id), reward.id))
        },
    )
}

fn wanted(arguments: &Arguments) -> Result<NewReward, Fault> {
    let amount = |name: &str| match arguments.get(name) {
        None => Ok(None),
        Some(text) => Decimal::parse(text)
            .map(|amount| Some(Amount::from(amount)))
            .ok_or_else(|| Fault::invalid(name, "Use a number such as 10 or 12.50.")),
    };
    let points = arguments.need("points")?.parse();
    Ok(NewReward {
        name: arguments.need("name")?.to_owned(),
        description: arguments.get("description").unwrap_or_default().to_owned(),
        kind: arguments.need("type")?.to_owned(),
        points_cost: points.map_err(|_| Fault::invalid("points", "Use a whole number such as 400."))?,
        value: RewardValue { percent: amount("percent")?, amount: amount("amount")?, currency: None },
        conditions: RewardConditions { cart_min_total: amount("cart-min-total")? },
        status: arguments.get("status").unwrap_or(ACTIVE).to_owned(),
    })
}
