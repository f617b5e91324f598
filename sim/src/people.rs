//! The people of the world.

use crate::chance::Chance;

const FIRST: [&str; 32] = [
    "Ada", "Ben", "Clara", "David", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Liam",
    "Mona", "Nils", "Olga", "Paul", "Rosa", "Sami", "Tara", "Uwe", "Vera", "Wim", "Yara", "Zoe", "Amir",
    "Bea", "Carl", "Dora", "Emil", "Fay", "Gus", "Hana",
];
const LAST: [&str; 24] = [
    "Adams", "Baker", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Huber", "Ito", "Jensen", "Khan",
    "Lopez", "Meyer", "Nguyen", "Okafor", "Patel", "Quinn", "Rossi", "Silva", "Tanaka", "Usman", "Varga",
    "Weber", "Young",
];
const CITIES: [(&str, &str, &str); 8] = [
    ("Portland", "OR", "97201"),
    ("Austin", "TX", "78701"),
    ("Denver", "CO", "80202"),
    ("Boston", "MA", "02108"),
    ("Seattle", "WA", "98101"),
    ("Chicago", "IL", "60601"),
    ("Birmingham", "AL", "35203"),
    ("Madison", "WI", "53703"),
];

/// Someone who may buy.
#[derive(Debug, Clone)]
pub struct Person {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Address for mail.
    pub email: String,
    /// Street.
    pub address_1: String,
    /// City.
    pub city: String,
    /// State.
    pub state: String,
    /// Postcode.
    pub postcode: String,
    /// Address of the machine.
    pub ip: String,
    /// Has an account.
    pub member: bool,
}

impl Person {
    /// The `number`th person.
    pub fn new(number: usize, chance: &mut Chance) -> Self {
        let first = chance.pick(&FIRST).copied().unwrap_or("Ada");
        let last = chance.pick(&LAST).copied().unwrap_or("Adams");
        let (city, state, postcode) = chance.pick(&CITIES).copied().unwrap_or(("Portland", "OR", "97201"));
        Self {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            email: format!("{}.{}{number}@example.com", first.to_lowercase(), last.to_lowercase()),
            address_1: format!("{} Main Street", chance.between(1, 400)),
            city: city.to_owned(),
            state: state.to_owned(),
            postcode: postcode.to_owned(),
            // Addresses of RFC 5737's and RFC 2544's test ranges.
            ip: format!("198.18.{}.{}", number / 250 % 250, number % 250 + 1),
            member: false,
        }
    }

    /// What this person types into a field of this name, if anything.
    #[must_use]
    pub fn types(&self, field: &str) -> Option<&str> {
        let named = |part: &str| field.ends_with(part);
        Some(match field {
            _ if named("first_name") => &self.first_name,
            _ if named("last_name") => &self.last_name,
            _ if named("email") => &self.email,
            _ if named("address_1") => &self.address_1,
            _ if named("city") => &self.city,
            _ if named("state") => &self.state,
            _ if named("postcode") => &self.postcode,
            _ if named("country") => "US",
            _ if named("phone") => "+15035550100",
            _ => return None,
        })
    }
}
