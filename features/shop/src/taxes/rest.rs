//! `wc/v3` taxes.

use http::Method;
use kernel::{Amount, Decimal, Fault, Page, capability};
use runtime::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Call, Reply, Routes};

use super::model::TaxRate;
use super::{class_slug, normal_postcode, store};

/// A rate as `wc/v3` shows it.
#[derive(Debug, Serialize, JsonSchema)]
struct RateReply {
    id: i64,
    country: String,
    state: String,
    postcode: String,
    city: String,
    postcodes: Vec<String>,
    cities: Vec<String>,
    rate: String,
    name: String,
    priority: i64,
    compound: bool,
    shipping: bool,
    order: i64,
    class: String,
}

/// A rate to make or to change. What is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct RateBody {
    id: Option<i64>,
    country: Option<String>,
    state: Option<String>,
    postcodes: Option<Vec<String>>,
    cities: Option<Vec<String>>,
    rate: Option<Amount>,
    name: Option<String>,
    priority: Option<i64>,
    compound: Option<bool>,
    shipping: Option<bool>,
    class: Option<String>,
}

/// A tax class.
#[derive(Debug, Serialize, JsonSchema)]
struct ClassReply {
    slug: String,
    name: String,
}

fn reply(rate: &TaxRate, order: usize) -> RateReply {
    RateReply {
        id: rate.id,
        country: rate.country.clone(),
        state: rate.state.clone(),
        postcode: rate.postcodes.join(";"),
        city: rate.cities.join(";"),
        postcodes: rate.postcodes.clone(),
        cities: rate.cities.clone(),
        rate: rate.percent.fixed(4),
        name: rate.name.clone(),
        priority: rate.priority,
        compound: rate.compound,
        shipping: rate.shipping,
        order: i64::try_from(order).unwrap_or(0),
        class: if rate.class.is_empty() { "standard".to_owned() } else { rate.class.clone() },
    }
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/taxes")
        .summary("Tax rates.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .query("class", "Only this class; standard is the usual one.")
        .replies::<Vec<RateReply>>()
        .read(|call, tx| {
            let paging = call.paging(&["order", "id", "priority"])?;
            let mut all = store::all(tx)?;
            if let Some(class) = call.query("class") {
                let class = class_slug(class);
                all.retain(|rate| rate.class == class);
            }
            let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
            let skip = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
            let take = usize::try_from(paging.per_page).unwrap_or(usize::MAX);
            let rows = all
                .iter()
                .enumerate()
                .skip(skip)
                .take(take)
                .map(|(order, rate)| reply(rate, order))
                .collect();
            Ok(Reply::list(&Page { rows, total }, &paging))
        });
    routes
        .rest(Method::POST, "wc/v3", "/taxes")
        .summary("Make a tax rate.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<RateBody>()
        .replies::<RateReply>()
        .status(201)
        .unit(|call, tx| {
            let mut rate = TaxRate {
                id: 0,
                country: String::new(),
                state: String::new(),
                percent: Decimal::ZERO,
                name: "Tax".to_owned(),
                priority: 1,
                compound: false,
                shipping: true,
                class: String::new(),
                postcodes: Vec::new(),
                cities: Vec::new(),
            };
            change(tx, &mut rate, &call.body()?)?;
            Ok(Reply::created(&reply(&rate, 0)))
        });
    one(routes);
}

fn one(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/taxes/classes")
        .summary("Tax classes.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<Vec<ClassReply>>()
        .read(|_, tx| {
            let mut classes =
                vec![ClassReply { slug: "standard".to_owned(), name: "Standard rate".to_owned() }];
            classes.extend(store::classes(tx)?.into_iter().map(|(name, slug)| ClassReply { slug, name }));
            Ok(Reply::json(&classes))
        });
    routes
        .rest(Method::GET, "wc/v3", "/taxes/{id}")
        .summary("A tax rate.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<RateReply>()
        .read(|call, tx| {
            let (order, rate) = must(call, tx)?;
            Ok(Reply::json(&reply(&rate, order)))
        });
    for method in [Method::PUT, Method::PATCH] {
        routes
            .rest(method, "wc/v3", "/taxes/{id}")
            .summary("Change a tax rate.")
            .requires(capability::MANAGE_WOOCOMMERCE)
            .body::<RateBody>()
            .replies::<RateReply>()
            .unit(|call, tx| {
                let (order, mut rate) = must(call, tx)?;
                change(tx, &mut rate, &call.body()?)?;
                Ok(Reply::json(&reply(&rate, order)))
            });
    }
    routes
        .rest(Method::DELETE, "wc/v3", "/taxes/{id}")
        .summary("Delete a tax rate.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<RateReply>()
        .unit(|call, tx| {
            let (order, rate) = must(call, tx)?;
            store::remove(tx, rate.id)?;
            Ok(Reply::json(&reply(&rate, order)))
        });
}

fn must(call: &Call, tx: &mut Tx) -> Result<(usize, TaxRate), Fault> {
    let id: i64 = call.id("id")?;
    let found = store::all(tx)?.into_iter().enumerate().find(|(_, rate)| rate.id == id);
    found.ok_or_else(|| {
        Fault::new(kernel::FaultKind::NotFound, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    })
}

fn change(tx: &mut Tx, rate: &mut TaxRate, body: &RateBody) -> Result<(), Fault> {
    if let Some(country) = &body.country {
        let country = country.trim().to_uppercase();
        if !country.is_empty()
            && (country.len() != 2 || !country.chars().all(|letter| letter.is_ascii_uppercase()))
        {
            return Err(Fault::invalid("country", "Use a country's two-letter code, or nothing for all."));
        }
        rate.country = country;
    }
    if let Some(state) = &body.state {
        rate.state = kernel::text::optional_line("state", state, 100)?.to_uppercase();
    }
    if let Some(percent) = body.rate {
        let percent = percent.decimal();
        if percent.is_negative()
            || percent > Decimal::whole(100)
            || percent.round(4, kernel::decimal::Rounding::HalfUp) != percent
        {
            return Err(Fault::invalid(
                "rate",
                "Use a percentage from 0 to 100 with at most four digits after the point.",
            ));
        }
        rate.percent = percent;
    }
    if let Some(name) = &body.name {
        rate.name = kernel::text::optional_line("name", name, 200)?;
    }
    if let Some(priority) = body.priority {
        if !(1..=1_000).contains(&priority) {
            return Err(Fault::invalid("priority", "Use a whole number from 1 to 1000."));
        }
        rate.priority = priority;
    }
    rate.compound = body.compound.unwrap_or(rate.compound);
    rate.shipping = body.shipping.unwrap_or(rate.shipping);
    if let Some(class) = &body.class {
        rate.class = class_slug(&kernel::text::optional_line("class", class, 190)?);
    }
    if let Some(postcodes) = &body.postcodes {
        rate.postcodes =
            postcodes.iter().map(|code| normal_postcode(code)).filter(|code| !code.is_empty()).collect();
    }
    if let Some(cities) = &body.cities {
        rate.cities =
            cities.iter().map(|city| city.trim().to_uppercase()).filter(|city| !city.is_empty()).collect();
    }
    store::put(tx, rate)
}
