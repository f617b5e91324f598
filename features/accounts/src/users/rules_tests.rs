//! Roles and passwords.

use super::rules;

#[test]
fn a_hash_matches_its_own_password_only() {
    let hash = rules::hash("correct horse", &[7; 16]).unwrap();
    assert!(hash.starts_with("$argon2id$"));
    assert!(rules::matches("correct horse", &hash));
    assert!(!rules::matches("Correct horse", &hash));
    assert!(!rules::matches("correct horse", "no hash at all"));
}

#[test]
fn only_the_administrator_holds_the_specifications_capabilities() {
    let administrator = rules::capabilities(["administrator"].into_iter());
    assert!(kernel::capability::ALL.iter().all(|name| administrator.contains(*name)));
    let manager = rules::capabilities(["shop_manager"].into_iter());
    assert_eq!(manager.into_iter().collect::<Vec<_>>(), ["manage_woocommerce", "read"]);
    assert_eq!(rules::capabilities(["customer"].into_iter()).len(), 1);
}

#[test]
fn odd_names_and_roles_are_refused_by_field() {
    assert_eq!(rules::login("a<b").unwrap_err().params.keys().next().unwrap(), "user_login");
    assert_eq!(rules::role("root").unwrap_err().params.keys().next().unwrap(), "role");
    assert!(rules::password("short").is_err());
}
