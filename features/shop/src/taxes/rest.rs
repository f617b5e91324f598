//! `wc/v3` taxes.

use http::Method;
use kernel::{Amount, Decimal, Fault, capability};
use runtime::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Call, Reply, Routes};

use super::model::TaxRate;
use super::{class_slug, normal_postcode, store};
use crate::wire::{ROWS, check_context};

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
#[serde(default)]
struct RateBody {
    country: Option<String>,
    state: Option<String>,
    /// One or more, separated by `;`; `postcodes` counts where both are named.
    postcode: Option<String>,
    /// One or more, separated by `;`; `cities` counts where both are named.
    city: Option<String>,
    /// Place among the rates.
    order: Option<i64>,
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
        .queries(&ROWS)
        .query("class", "Only this class; standard is the usual one.")
        .replies::<Vec<RateReply>>()
        .read(|call, tx| {
            check_context(call)?;
            let paging = call.paging_from(&["order", "id", "priority"], "asc")?;
            let all = store::all(tx)?;
            let mut rows: Vec<(usize, TaxRate)> = all.into_iter().enumerate().collect();
            if let Some(class) = call.query("class").filter(|class| !class.is_empty()) {
                let class = class_slug(class);
                let known = store::classes(tx)?;
                if !class.is_empty() && !known.iter().any(|(_, slug)| *slug == class) {
                    let problem = "There is no such tax class. Use standard, or a class's slug.";
                    return Err(Fault::invalid("class", problem));
                }
                rows.retain(|(_, rate)| rate.class == class);
            }
            if let Some(ids) = call.ids("include")? {
                rows.retain(|(_, rate)| ids.contains(&rate.id));
            }
            if let Some(ids) = call.ids("exclude")? {
                rows.retain(|(_, rate)| !ids.contains(&rate.id));
            }
            if !paging.search.is_empty() {
                rows.retain(|(_, rate)| rate.name.to_lowercase().contains(&paging.search));
            }
            match paging.orderby.as_str() {
                "id" => rows.sort_by_key(|(_, rate)| rate.id),
                "priority" => rows.sort_by_key(|(_, rate)| (rate.priority, rate.id)),
                _ => {}
            }
            if paging.descending {
                rows.reverse();
            }
            let page = paging.cut(rows).map(|(order, rate)| reply(&rate, order));
            Ok(Reply::list(&page, &paging))
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
            change(tx, &mut rate, &call.lenient_body()?)?;
            let order = store::all(tx)?.iter().position(|known| known.id == rate.id);
            Ok(Reply::created(&reply(&rate, order.unwrap_or(0))))
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
    for method in web::CHANGES {
        routes
            .rest(method, "wc/v3", "/taxes/{id}")
            .summary("Change a tax rate.")
            .requires(capability::MANAGE_WOOCOMMERCE)
            .body::<RateBody>()
            .replies::<RateReply>()
            .unit(|call, tx| {
                let (order, mut rate) = must(call, tx)?;
                change(tx, &mut rate, &call.lenient_body()?)?;
                Ok(Reply::json(&reply(&rate, order)))
            });
    }
    routes
        .rest(Method::DELETE, "wc/v3", "/taxes/{id}")
        .summary("Delete a tax rate.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .query("force", "true: for good; rates have no trash, and go for good all the same.")
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

/// Nothing, where `*` stands for any.
fn any(text: &str) -> &str {
    if text.trim() == "*" { "" } else { text.trim() }
}

fn change(tx: &mut Tx, rate: &mut TaxRate, body: &RateBody) -> Result<(), Fault> {
    let before = rate.clone();
    place(rate, body)?;
    fill(rate, body)?;
    if let Some(order) = body.order.filter(|_| rate.id == 0).filter(|order| *order != 0) {
        let problem =
            format!("Rates stand in the order in which they were made; {order} cannot be set. Leave it out.");
        return Err(Fault::invalid("order", problem));
    }
    if rate.id != 0 && *rate == before {
        return Ok(());
    }
    store::put(tx, rate)
}

fn place(rate: &mut TaxRate, body: &RateBody) -> Result<(), Fault> {
    if let Some(country) = &body.country {
        let country = any(country).to_uppercase();
        if !country.is_empty() && !kernel::places::is_country(&country) {
            return Err(Fault::invalid("country", "Use a country's two-letter code, or * for all."));
        }
        rate.country = country;
    }
    if let Some(state) = &body.state {
        let state = kernel::text::optional_line("state", any(state), 100)?;
        rate.state = kernel::places::state("state", &rate.country, &state)?.to_uppercase();
    }
    let split = |text: &String| text.split(';').map(str::to_owned).collect::<Vec<_>>();
    if let Some(postcodes) = body.postcodes.clone().or_else(|| body.postcode.as_ref().map(split)) {
        rate.postcodes =
            postcodes.iter().map(|code| normal_postcode(any(code))).filter(|code| !code.is_empty()).collect();
        fits("postcode", &rate.postcodes)?;
    }
    if let Some(cities) = body.cities.clone().or_else(|| body.city.as_ref().map(split)) {
        rate.cities =
            cities.iter().map(|city| any(city).to_uppercase()).filter(|city| !city.is_empty()).collect();
        fits("city", &rate.cities)?;
    }
    Ok(())
}

fn fill(rate: &mut TaxRate, body: &RateBody) -> Result<(), Fault> {
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
    Ok(())
}

/// Characters of one postcode or city, at most.
const LOCATION_LENGTH: usize = 200;

fn fits(field: &'static str, places: &[String]) -> Result<(), Fault> {
    if places.iter().all(|place| place.chars().count() <= LOCATION_LENGTH) {
        return Ok(());
    }
    Err(Fault::invalid(field, format!("Use at most {LOCATION_LENGTH} characters for each.")))
}
