//! What a first start makes: the secret key, the administrator.

use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

use accounts::users::commands::{CreateUser, create_user};
use kernel::{Entropy, Fault};
use runtime::audit::AuditLog;
use runtime::settings::oloyalty;
use runtime::{Actor, SecretKey, Settings, Tx};

use crate::configuration::Configuration;
use crate::wiring::Application;

/// The key given, or the file's, or a fresh one written with mode 0600.
pub fn secret_key(configuration: &Configuration, entropy: &dyn Entropy) -> Result<SecretKey, Fault> {
    if let Some(text) = &configuration.secret_key {
        return SecretKey::parse(text);
    }
    let path = &configuration.secret_key_file;
    let problem = |error: std::io::Error| {
        Fault::invalid("secret-key-file", format!("{} cannot be used: {error}", path.display()))
    };
    match std::fs::read_to_string(path) {
        Ok(text) => SecretKey::parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text = entropy.hex(32);
            let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            match opened {
                Ok(mut file) => {
                    writeln!(file, "{text}").map_err(problem)?;
                    file.sync_all().map_err(problem)?;
                    SecretKey::parse(&text)
                }
                // Another process made it a moment ago.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    SecretKey::parse(&std::fs::read_to_string(path).map_err(problem)?)
                }
                Err(error) => Err(problem(error)),
            }
        }
        Err(error) => Err(problem(error)),
    }
}

/// Closes a key file that others may read, or refuses to start with it.
pub fn closed_key(configuration: &Configuration) -> Result<(), Fault> {
    let path = &configuration.secret_key_file;
    let Ok(found) = std::fs::metadata(path) else { return Ok(()) };
    if configuration.secret_key.is_some() || found.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(|error| {
        Fault::invalid(
            "secret-key-file",
            format!("{0} can be read by others ({error}); run: chmod 600 {0}", path.display()),
        )
    })?;
    tracing::warn!(
        file = %path.display(),
        "the key file could be read by others; it is closed now, but whoever has read it can make every link and token"
    );
    Ok(())
}

/// Makes the administrator when there are no accounts. Gives the password when it was made up here.
pub async fn administrator(application: &Application) -> Result<Option<String>, Fault> {
    let engine = &application.engine;
    if engine.read(accounts::users::queries::any).await? {
        return Ok(None);
    }
    engine.write(Actor::system(), go_live).await?;
    let given = application.configuration.admin_password.clone();
    let password = given.clone().unwrap_or_else(|| engine.entropy().alphanumeric(20));
    let command = CreateUser {
        user_login: application.configuration.admin_user.clone(),
        user_email: "admin@example.com".to_owned(),
        role: "administrator".to_owned(),
        password: Some(password.clone()),
        display_name: String::new(),
        first_name: String::new(),
        last_name: String::new(),
    };
    match create_user(engine, Actor::system(), command).await {
        Ok(_) => Ok(given.is_none().then_some(password)),
        // Another server was first.
        Err(fault) if fault.code == "existing_user" => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// A fresh shop of our own has no plugin beside it whose points could be doubled: loyalty starts live, not in shadow.
fn go_live(tx: &mut Tx) -> Result<(), Fault> {
    let mut settings = Settings::load(tx, oloyalty::OPTION)?;
    let live = vec![(oloyalty::POINTS_SHADOW_MODE.key.to_owned(), false.into())];
    settings.change(tx, AuditLog::OLoyalty, &live)
}
