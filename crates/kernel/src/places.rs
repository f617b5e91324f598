//! Countries, their states and the form of their postcodes. Countries and states are ISO 3166's; in which countries an
//! address needs a state or a postcode, and how some states are coded, is as WooCommerce has it.

use rust_iso3166::iso3166_2::Subdivision;

use crate::fault::Fault;

/// Countries whose addresses need a state.
const NEED_STATE: [&str; 52] = [
    "AL", "AO", "AR", "AU", "BD", "BJ", "BO", "BR", "CA", "CL", "CN", "CO", "CR", "DO", "DZ", "EC", "EG",
    "ES", "GH", "GT", "HN", "HR", "ID", "IE", "IN", "IT", "JM", "JP", "KE", "LR", "MX", "MY", "MZ", "NA",
    "NG", "NI", "NP", "PA", "PE", "PH", "PK", "PY", "RO", "SN", "SV", "TH", "TR", "TZ", "US", "UY", "VE",
    "ZA",
];
/// Countries that WooCommerce codes in a way of its own: a state that ISO does not know is kept as it is.
const OWN_CODES: [&str; 3] = ["CN", "EG", "NP"];
/// Countries whose states are known, but not needed.
const KNOW_STATE: [&str; 6] = ["BG", "CH", "DE", "HU", "NZ", "ZM"];
/// Coded with the country and a dash before them, as in `DE-BY`.
const WITH_DASH: [&str; 21] = [
    "AL", "BD", "BG", "BO", "CL", "CO", "CR", "DE", "DO", "DZ", "EC", "GT", "HN", "HR", "JM", "NI", "PA",
    "PY", "TH", "UY", "VE",
];
/// Coded with the country before them, as in `JP13`.
const WITH_COUNTRY: [&str; 4] = ["JP", "KE", "TR", "TZ"];
/// Kinds of subdivision that no address names, since those below them are named.
const ABOVE: [(&str, &str); 6] = [
    ("ES", "Autonomous community"),
    ("ID", "Geographical unit"),
    ("IE", "Province"),
    ("IT", "Autonomous region"),
    ("IT", "Region"),
    ("PH", "Region"),
];
/// Codes that ISO has otherwise or not at all, with their names.
const MORE: [(&str, &str, &str); 36] = [
    ("US", "AA", "Armed Forces (AA)"),
    ("US", "AE", "Armed Forces (AE)"),
    ("US", "AP", "Armed Forces (AP)"),
    ("IT", "AO", "Aosta"),
    ("MX", "DF", "Ciudad de México"),
    ("MX", "JA", "Jalisco"),
    ("MX", "NL", "Nuevo León"),
    ("MX", "AG", "Aguascalientes"),
    ("MX", "BC", "Baja California"),
    ("MX", "BS", "Baja California Sur"),
    ("MX", "CM", "Campeche"),
    ("MX", "CS", "Chiapas"),
    ("MX", "CH", "Chihuahua"),
    ("MX", "CO", "Coahuila"),
    ("MX", "CL", "Colima"),
    ("MX", "DG", "Durango"),
    ("MX", "GT", "Guanajuato"),
    ("MX", "GR", "Guerrero"),
    ("MX", "HG", "Hidalgo"),
    ("MX", "MX", "Estado de México"),
    ("MX", "MI", "Michoacán"),
    ("MX", "MO", "Morelos"),
    ("MX", "NA", "Nayarit"),
    ("MX", "OA", "Oaxaca"),
    ("MX", "PU", "Puebla"),
    ("MX", "QT", "Querétaro"),
    ("MX", "QR", "Quintana Roo"),
    ("MX", "SL", "San Luis Potosí"),
    ("MX", "SI", "Sinaloa"),
    ("MX", "SO", "Sonora"),
    ("MX", "TB", "Tabasco"),
    ("MX", "TM", "Tamaulipas"),
    ("MX", "TL", "Tlaxcala"),
    ("MX", "VE", "Veracruz"),
    ("MX", "YU", "Yucatán"),
    ("MX", "ZA", "Zacatecas"),
];
/// Other names and former codes, by the code that is kept.
const ALSO: [(&str, &str, &str); 12] = [
    ("US", "DC", "Washington DC"),
    ("US", "DC", "Washington, D.C."),
    ("CA", "NL", "Newfoundland"),
    ("CA", "QC", "Quebec"),
    ("CA", "YT", "Yukon Territory"),
    ("IN", "CG", "CT"),
    ("IN", "OD", "OR"),
    ("IN", "UK", "UT"),
    ("IN", "TS", "TG"),
    ("IT", "MI", "Milan"),
    ("IT", "RM", "Rome"),
    ("ES", "SE", "Seville"),
];

/// A state, province, county or prefecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// As addresses and tax rates keep it.
    pub code: String,
    /// As people call it.
    pub name: &'static str,
}

/// Is there a country of this code, two capital letters?
#[must_use]
pub fn is_country(code: &str) -> bool {
    code == "XK" || (code.len() == 2 && rust_iso3166::from_alpha2(code).is_some())
}

/// Does an address in this country need a state?
#[must_use]
pub fn needs_state(country: &str) -> bool {
    NEED_STATE.contains(&country)
}

fn knows_states(country: &str) -> bool {
    needs_state(country) || KNOW_STATE.contains(&country)
}

fn code(country: &str, own: &str) -> String {
    if WITH_DASH.contains(&country) {
        format!("{country}-{own}")
    } else if WITH_COUNTRY.contains(&country) {
        format!("{country}{own}")
    } else {
        own.to_owned()
    }
}

fn subdivisions(country: &str) -> &'static [Subdivision] {
    rust_iso3166::iso3166_2::SUBDIVISION_COUNTRY_MAP.get(country).copied().unwrap_or_default()
}

/// The states of a country, by name; none where addresses name none.
#[must_use]
pub fn states(country: &str) -> Vec<State> {
    if !knows_states(country) {
        return Vec::new();
    }
    let more: Vec<State> = MORE
        .iter()
        .filter(|(of, _, _)| *of == country)
        .map(|(_, code, name)| State { code: (*code).to_owned(), name })
        .collect();
    let mut states = if country == "MX" { Vec::new() } else { iso(country) };
    states.extend(more);
    states.sort_by_key(|state| folded(state.name));
    states
}

fn iso(country: &str) -> Vec<State> {
    subdivisions(country)
        .iter()
        .filter(|one| !ABOVE.contains(&(country, one.subdivision_type)))
        .map(|one| State { code: code(country, one.region_code), name: one.name })
        .collect()
}

/// A text in lower case without accents, blanks and signs, as names are compared.
fn folded(text: &str) -> String {
    let plain = |letter: char| match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' | 'ḑ' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' | 'ģ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' | 'į' => 'i',
        'ķ' => 'k',
        'ł' | 'ļ' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' | 'ņ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' | 'ŕ' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    };
    text.chars().flat_map(char::to_lowercase).filter(|letter| letter.is_alphanumeric()).map(plain).collect()
}

/// The code of a state that is named by its code, with or without its country, or by its name; none when the country has no
/// such state. Where addresses name no states any text is one.
#[must_use]
pub fn state_code(country: &str, text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || !knows_states(country) {
        return Some(text.to_owned());
    }
    let given = folded(text);
    let bare = given.strip_prefix(&country.to_lowercase()).unwrap_or(&given);
    let number = |code: &str| code.trim_start_matches('0').to_owned();
    let known = states(country);
    let same_code = |wanted: &str| {
        known.iter().find(|state| {
            let own = folded(&state.code);
            let own = own
                .strip_prefix(&country.to_lowercase())
                .filter(|rest| !rest.is_empty())
                .unwrap_or(&own)
                .to_owned();
            own == wanted || (own.bytes().all(|byte| byte.is_ascii_digit()) && number(&own) == number(wanted))
        })
    };
    let also = || {
        let alias = ALSO.iter().find(|(of, _, name)| *of == country && folded(name) == given)?;
        known.iter().find(|state| state.code == alias.1)
    };
    let formerly = || {
        // ISO's own code where WooCommerce has another, by the name.
        let one = subdivisions(country).iter().find(|one| folded(one.region_code) == bare)?;
        known.iter().find(|state| folded(one.name).starts_with(&folded(state.name)))
    };
    same_code(&given)
        .or_else(|| known.iter().find(|state| folded(state.name) == given))
        .or_else(|| if bare.is_empty() { None } else { same_code(bare) })
        .or_else(also)
        .or_else(formerly)
        .map(|state| state.code.clone())
        .or_else(|| OWN_CODES.contains(&country).then(|| text.to_uppercase()))
}

/// A state as an address keeps it, or a fault that names the field and what can be chosen.
pub fn state(field: &str, country: &str, text: &str) -> Result<String, Fault> {
    state_code(country, text).ok_or_else(|| {
        let some: Vec<String> =
            states(country).iter().take(3).map(|state| format!("{} ({})", state.name, state.code)).collect();
        Fault::invalid(
            field,
            format!(
                "There is no such state in {country}. Use its name or code, such as {}.",
                some.join(", ")
            ),
        )
    })
}

/// Countries whose addresses need no postcode.
const NO_POSTCODE: [&str; 24] = [
    "AE", "AG", "AO", "BD", "BH", "BO", "BS", "BW", "BZ", "CL", "CO", "CW", "GH", "GT", "HK", "JM", "KN",
    "MO", "MZ", "NG", "NP", "QA", "SR", "ZW",
];

/// Does an address in this country need a postcode?
#[must_use]
pub fn needs_postcode(country: &str) -> bool {
    !NO_POSTCODE.contains(&country)
}

/// Forms of postcodes: `N` a digit, `A` a letter, all else itself. An example stands for them in messages.
const FORMS: [(&str, &[&str], &str); 58] = [
    ("AR", &["NNNN", "ANNNNAAA"], "C1425"),
    ("AT", &["NNNN"], "1010"),
    ("AU", &["NNNN"], "2000"),
    ("BA", &["NNNNN"], "71000"),
    ("BE", &["NNNN"], "1000"),
    ("BG", &["NNNN"], "1000"),
    ("BR", &["NNNNN-NNN"], "01310-100"),
    ("CA", &["ANA NAN"], "K1A 0B1"),
    ("CH", &["NNNN"], "8001"),
    ("CN", &["NNNNNN"], "100000"),
    ("CY", &["NNNN"], "1010"),
    ("CZ", &["NNN NN"], "110 00"),
    ("DE", &["NNNNN"], "10115"),
    ("DK", &["NNNN"], "1050"),
    ("EE", &["NNNNN"], "10111"),
    ("EG", &["NNNNN"], "11511"),
    ("ES", &["NNNNN"], "28001"),
    ("FI", &["NNNNN"], "00100"),
    ("FR", &["NNNNN"], "75001"),
    ("GB", &["AN NAA", "ANN NAA", "ANA NAA", "AAN NAA", "AANN NAA", "AANA NAA"], "SW1A 1AA"),
    ("GR", &["NNN NN"], "104 31"),
    ("HR", &["NNNNN"], "10000"),
    ("HU", &["NNNN"], "1011"),
    ("ID", &["NNNNN"], "10110"),
    ("IE", &["ANN XXXX", "ANA XXXX"], "D02 X285"),
    ("IL", &["NNNNN", "NNNNNNN"], "9100000"),
    ("IN", &["NNNNNN"], "110001"),
    ("IS", &["NNN"], "101"),
    ("IT", &["NNNNN"], "00118"),
    ("JP", &["NNN-NNNN"], "100-0001"),
    ("KR", &["NNNNN"], "03051"),
    ("LI", &["NNNN"], "9490"),
    ("LT", &["NNNNN"], "01100"),
    ("LU", &["NNNN"], "1111"),
    ("LV", &["NNNN"], "1010"),
    ("MC", &["NNNNN"], "98000"),
    ("MT", &["AAA NNNN"], "VLT 1117"),
    ("MX", &["NNNNN"], "06000"),
    ("MY", &["NNNNN"], "50000"),
    ("NL", &["NNNN AA"], "1011 AB"),
    ("NO", &["NNNN"], "0150"),
    ("NZ", &["NNNN"], "6011"),
    ("PH", &["NNNN"], "1000"),
    ("PL", &["NN-NNN"], "00-001"),
    ("PR", &["NNNNN", "NNNNN-NNNN"], "00901"),
    ("PT", &["NNNN-NNN"], "1000-001"),
    ("RO", &["NNNNNN"], "010011"),
    ("RS", &["NNNNN"], "11000"),
    ("RU", &["NNNNNN"], "101000"),
    ("SE", &["NNN NN"], "111 20"),
    ("SG", &["NNNNNN"], "018956"),
    ("SI", &["NNNN"], "1000"),
    ("SK", &["NNN NN"], "811 01"),
    ("TH", &["NNNNN"], "10200"),
    ("TR", &["NNNNN"], "34000"),
    ("UA", &["NNNNN"], "01001"),
    ("US", &["NNNNN", "NNNNN-NNNN"], "62701 or 62701-1234"),
    ("ZA", &["NNNN"], "8001"),
];

/// The text in a form, when it has it; blanks and dashes do not matter.
fn in_form(form: &str, letters: &[char]) -> Option<String> {
    let mut rest = letters.iter();
    let mut text = String::new();
    for mark in form.chars() {
        match mark {
            ' ' | '-' => text.push(mark),
            _ => {
                let letter = *rest.next()?;
                let fits = match mark {
                    'N' => letter.is_ascii_digit(),
                    'A' => letter.is_ascii_uppercase(),
                    _ => letter.is_ascii_alphanumeric(),
                };
                if !fits {
                    return None;
                }
                text.push(letter);
            }
        }
    }
    rest.next().is_none().then_some(text)
}

/// A postcode in its country's form, or a fault that names the field and shows one. Of countries whose form is not known
/// here letters, digits, blanks and dashes are taken.
pub fn postcode(field: &str, country: &str, text: &str) -> Result<String, Fault> {
    let text = text.trim().to_uppercase();
    if text.is_empty() {
        return Ok(text);
    }
    let plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == ' ' || letter == '-');
    let Some((_, forms, example)) = FORMS.iter().find(|(of, _, _)| *of == country) else {
        if plain || country.is_empty() {
            return Ok(text);
        }
        return Err(Fault::invalid(field, "Use letters, digits, blanks and dashes only."));
    };
    let letters: Vec<char> = text.chars().filter(|letter| *letter != ' ' && *letter != '-').collect();
    // Some write the country before it.
    let short: Vec<char> = match text.strip_prefix(&format!("{country}-")) {
        Some(rest) => rest.chars().filter(|letter| *letter != ' ' && *letter != '-').collect(),
        None => letters.clone(),
    };
    let found = forms.iter().find_map(|form| in_form(form, &letters).or_else(|| in_form(form, &short)));
    found.filter(|_| plain).ok_or_else(|| {
        Fault::invalid(field, format!("This is no postcode of {country}. Use one such as {example}."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_known_by_code_and_name() {
        for (country, text, code) in [
            ("US", "NY", "NY"),
            ("US", "ny", "NY"),
            ("US", "New York", "NY"),
            ("US", "US-NY", "NY"),
            ("US", "N.Y.", "NY"),
            ("US", "California", "CA"),
            ("US", "washington", "WA"),
            ("US", "District of Columbia", "DC"),
            ("CA", "Québec", "QC"),
            ("CA", "quebec", "QC"),
            ("AU", "New South Wales", "NSW"),
            ("IT", "Milano", "MI"),
            ("ES", "M", "M"),
            ("BR", "São Paulo", "SP"),
            ("JP", "Tokyo", "JP13"),
            ("JP", "JP-13", "JP13"),
            ("JP", "13", "JP13"),
            ("JP", "1", "JP01"),
            ("DE", "BY", "DE-BY"),
            ("MX", "CMX", "DF"),
            ("MX", "Jalisco", "JA"),
            ("IN", "Maharashtra", "MH"),
            ("CN", "CN2", "CN2"),
            ("FR", "anything", "anything"),
            ("US", "", ""),
        ] {
            assert_eq!(state_code(country, text).as_deref(), Some(code), "{country} {text}");
        }
        for (country, text) in
            [("US", "XX"), ("US", "Ontario"), ("CA", "NY"), ("AU", "Bavaria"), ("US", "US")]
        {
            assert_eq!(state_code(country, text), None, "{country} {text}");
        }
        for country in NEED_STATE {
            assert!(is_country(country) && states(country).len() > 2, "{country}");
            for state in states(country) {
                assert_eq!(
                    state_code(country, &state.code).as_deref(),
                    Some(state.code.as_str()),
                    "{country}"
                );
            }
        }
    }

    #[test]
    fn postcodes_have_their_countrys_form() {
        for (country, text, kept) in [
            ("US", "62701", "62701"),
            ("US", "627011234", "62701-1234"),
            ("US", "62701-1234", "62701-1234"),
            ("CA", "k1a0b1", "K1A 0B1"),
            ("GB", "sw1a1aa", "SW1A 1AA"),
            ("GB", "M1 1AE", "M1 1AE"),
            ("NL", "1011ab", "1011 AB"),
            ("IE", "D02X285", "D02 X285"),
            ("PL", "00001", "00-001"),
            ("KE", "00100", "00100"),
            ("US", " ", ""),
        ] {
            assert_eq!(postcode("postcode", country, text).unwrap(), kept, "{country} {text}");
        }
        for (country, text) in [
            ("US", "ABCDE"),
            ("US", "1234"),
            ("CA", "12345"),
            ("DE", "1234"),
            ("KE", "00_1"),
            ("GB", "12345"),
        ] {
            assert!(
                postcode("postcode", country, text).unwrap_err().params.contains_key("postcode"),
                "{country} {text}"
            );
        }
        for (_, forms, example) in FORMS {
            assert!(!forms.is_empty() && !example.is_empty());
        }
        assert!(is_country("US") && is_country("XK") && !is_country("XX") && !is_country("us"));
    }
}
