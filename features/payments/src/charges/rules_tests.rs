//! Answers and what is recorded of them.

use kernel::{Currency, Money};
use runtime::ports::{GatewayCharge, GatewayError};

use super::model::State;
use super::rules::{AMOUNT_MISMATCH, recorded, within_the_site};

fn dollars(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

fn success(cents: i64) -> Result<GatewayCharge, GatewayError> {
    Ok(GatewayCharge::Succeeded {
        transaction_id: "t".to_owned(),
        amount: dollars(cents),
        saved_method: None,
        method_label: String::new(),
    })
}

#[test]
fn only_the_very_amount_is_success() {
    assert_eq!(recorded(dollars(500), success(500)).state, State::Succeeded);
    let other = recorded(dollars(500), success(499));
    assert_eq!((other.state, other.code.as_str()), (State::Unknown, AMOUNT_MISMATCH));
    assert_eq!(other.other_amount, Some(dollars(499)));
    let yen = Ok(GatewayCharge::Succeeded {
        transaction_id: "t".to_owned(),
        amount: Money::new(500, Currency::parse("JPY").unwrap()),
        saved_method: None,
        method_label: String::new(),
    });
    assert_eq!(recorded(dollars(500), yen).state, State::Unknown);
}

#[test]
fn errors_are_told_apart() {
    let state = |error| recorded(dollars(500), Err(error)).state;
    assert_eq!(state(GatewayError::Unknown(String::new())), State::Unknown);
    assert_eq!(state(GatewayError::Down(String::new())), State::Down);
    assert_eq!(state(GatewayError::Refused(String::new())), State::Refused);
    assert!(!State::Unknown.is_final() && !State::Open.is_final() && !State::RequiresAction.is_final());
}

#[test]
fn states_read_as_they_are_stored() {
    for state in [State::Open, State::RequiresAction, State::Succeeded, State::Declined, State::Abandoned] {
        assert_eq!(State::read(state.word()), state);
    }
    assert_eq!(State::read("rubbish"), State::Unknown);
}

#[test]
fn a_challenge_leads_back_to_this_site_only() {
    assert_eq!(within_the_site("/checkout?x=1"), "/checkout?x=1");
    for elsewhere in ["https://evil.test", "//evil.test", "/\\evil.test", "", "/a\nb"] {
        assert_eq!(within_the_site(elsewhere), "/", "{elsewhere}");
    }
}
