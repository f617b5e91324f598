//! Who may give which command.

use kernel::ids::UserId;

use super::rules;
use crate::sign_in::model::WordPressUser;

fn user(id: i64, capabilities: &[&str]) -> WordPressUser {
    WordPressUser {
        id: UserId(id),
        login: "ada".to_owned(),
        email: String::new(),
        display_name: String::new(),
        capabilities: capabilities.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[test]
fn a_named_user_needs_the_capability_and_the_machines_owner_none() {
    let words = ["oloyalty", "member", "list"].map(str::to_owned);
    assert_eq!(rules::refusal(&words, &user(0, &[])), None);
    assert_eq!(rules::refusal(&words, &user(3, &["oloyalty_manage"])), None);
    let refused = rules::refusal(&words, &user(3, &["ocart_manage"])).unwrap();
    assert_eq!(refused, "The user ada lacks the capability oloyalty_manage.");
}

#[test]
fn only_the_features_commands_are_forwarded() {
    for words in [vec![], vec!["db"], vec!["user"], vec!["serve"], vec!["--version"]] {
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        assert!(rules::refusal(&words, &user(0, &[])).unwrap().contains("not forwarded"));
    }
}
