//! Pure decisions on carts.

use kernel::contracts::shop::Address;
use kernel::ids::ProductId;
use kernel::{Decimal, Fault};

use super::model::{CartDocument, PricedCart, StoredLine};
use crate::taxes::Place;
use crate::totals::Totals;

/// A cart line may not hold more units than this.
pub(crate) const MOST_UNITS: i64 = 9_999;
/// A cart may not hold more lines than this.
pub(crate) const MOST_LINES: usize = 1_000;

/// Key of a line: the same product with the same choices is one line, an offer's line is its own.
pub(crate) fn line_key(
    product_id: ProductId,
    variation_id: ProductId,
    variation: &[(String, String)],
    offer_id: Option<i64>,
) -> String {
    let mut text = format!("{product_id}:{variation_id}:{}", offer_id.unwrap_or(0));
    for (name, value) in variation {
        text.push_str(&format!(":{name}={value}"));
    }
    kernel::hash::sha256(text)[..32].to_owned()
}

/// Changes with every change of what is in the cart or what it costs.
pub(crate) fn content_hash(
    orders: i64,
    lines: &[(StoredLine, Decimal)],
    coupons: &[String],
    totals: &Totals,
) -> String {
    let mut text = format!("{orders};");
    for (line, price) in lines {
        text.push_str(&format!("{}:{}:{price};", line.key, line.quantity));
    }
    text.push_str(&coupons.join(","));
    text.push_str(&format!("|{}|{}|{}|{}", totals.discount, totals.shipping, totals.total_tax, totals.total));
    kernel::hash::sha256(text)[..32].to_owned()
}

/// Leaves in the document what holds, and writes down what does not, why, and what is shown from now on.
pub(crate) fn keep_what_holds(document: &mut CartDocument, priced: &PricedCart) {
    document.lines.retain(|line| priced.lines.iter().any(|kept| kept.line.key == line.key));
    document.coupons.retain(|code| priced.coupons.iter().any(|kept| kept.code == *code));
    for sentence in &priced.removed {
        if !document.notices.contains(sentence) {
            document.notices.push(sentence.clone());
        }
    }
    document.shown.clone_from(&priced.hash);
}

/// The address whose taxes count.
pub(crate) fn place(address: &Address) -> Place {
    Place {
        country: address.country.clone(),
        state: address.state.clone(),
        postcode: address.postcode.clone(),
        city: address.city.clone(),
    }
}

/// An address that says where goods go.
pub(crate) fn is_known(address: &Address) -> bool {
    !address.country.is_empty()
}

/// A merchant's address, kept as he has it: single lines, a country's code, a plausible e-mail where there is one. A state
/// that the country knows by name is kept by its code.
pub(crate) fn kept_address(field: &str, address: &Address) -> Result<Address, Fault> {
    let line = |name: &str, value: &str| kernel::text::optional_line(&format!("{field}.{name}"), value, 200);
    let country = line("country", &address.country)?.to_uppercase();
    if !country.is_empty()
        && (country.len() != 2 || !country.chars().all(|letter| letter.is_ascii_uppercase()))
    {
        return Err(unknown_country(field));
    }
    let email = match address.email.trim() {
        "" => String::new(),
        email => kernel::text::email(&format!("{field}.email"), email)?,
    };
    let state = line("state", &address.state)?;
    Ok(Address {
        first_name: line("first_name", &address.first_name)?,
        last_name: line("last_name", &address.last_name)?,
        company: line("company", &address.company)?,
        address_1: line("address_1", &address.address_1)?,
        address_2: line("address_2", &address.address_2)?,
        city: line("city", &address.city)?,
        state: kernel::places::state_code(&country, &state).unwrap_or(state),
        postcode: kernel::text::optional_line(&format!("{field}.postcode"), &address.postcode, 20)?,
        country,
        email,
        phone: kernel::text::optional_line(&format!("{field}.phone"), &address.phone, 40)?,
    })
}

fn unknown_country(field: &str) -> Fault {
    Fault::invalid(format!("{field}.country"), "Use a country's two-letter code, such as US.")
}

/// A shopper's address as it may be stored: as [`kept_address`], of a country that there is, with one of its states and a
/// postcode in its form, where they are given.
pub(crate) fn checked_address(field: &str, address: &Address) -> Result<Address, Fault> {
    let mut kept = kept_address(field, address)?;
    if !kept.country.is_empty() && !kernel::places::is_country(&kept.country) {
        return Err(unknown_country(field));
    }
    kept.state = kernel::places::state(&format!("{field}.state"), &kept.country, &kept.state)?;
    kept.postcode = kernel::places::postcode(&format!("{field}.postcode"), &kept.country, &kept.postcode)?;
    Ok(kept)
}

/// What an address that goods are sent to must have besides: a state and a postcode, where its country has them.
pub(crate) fn needed_places(field: &str, address: &Address) -> Result<(), Fault> {
    let country = address.country.as_str();
    if kernel::places::needs_state(country) && address.state.is_empty() {
        return Err(Fault::missing(format!("{field}.state")));
    }
    if kernel::places::needs_postcode(country) && address.postcode.is_empty() {
        return Err(Fault::missing(format!("{field}.postcode")));
    }
    Ok(())
}
