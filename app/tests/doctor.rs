//! `cartwright doctor` finds what was set wrongly, says the remedy and exits with 1; on both databases where it matters.
//! It runs as a person runs it, by its command line.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use db::Param;
use db::testing::{TestDatabase, databases};
use tempfile::TempDir;

/// An installation: its flags, its folder, and a second hand on its database.
struct House {
    folder: TempDir,
    database: TestDatabase,
    flags: Vec<(&'static str, String)>,
}

async fn command(words: &[&str], flags: &[(&'static str, String)]) -> (String, u8) {
    let mut line: Vec<OsString> = vec!["cartwright".into()];
    line.extend(words.iter().map(OsString::from));
    for (flag, value) in flags {
        line.push(format!("--{flag}").into());
        line.push(value.into());
    }
    let (printed, code) = app::command_line::run(line).await;
    (format!("{}{}", printed.out, printed.error), code)
}

/// A sound installation, migrated and with its schedules run.
async fn house(database: TestDatabase) -> House {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("cartwright.key");
    let flags = vec![
        ("database-url", database.url.clone()),
        ("table-prefix", database.db.prefix().to_owned()),
        ("secret-key-file", key.display().to_string()),
        ("public-url", "http://127.0.0.1:8480".to_owned()),
    ];
    let house = House { folder, database, flags };
    house.well(&["db", "migrate"]).await;
    house.well(&["user", "create", "ada", "ada@example.com", "--role=administrator"]).await;
    house.well(&["cron", "event", "run", "--due-now"]).await;
    house.healthy().await;
    house
}

impl House {
    async fn well(&self, words: &[&str]) {
        let (text, code) = command(words, &self.flags).await;
        assert_eq!(code, 0, "{words:?}: {text}");
    }

    async fn healthy(&self) {
        let (text, code) = command(&["doctor"], &self.flags).await;
        assert_eq!(code, 0, "{}: {text}", self.database.name);
        assert!(!text.contains("FAILED"), "{text}");
    }

    /// With `changed` flags doctor must say each of `words`, in one line that failed, and exit with 1.
    async fn finds(&self, changed: &[(&'static str, &str)], words: &[&str]) {
        let mut flags = self.flags.clone();
        for (name, value) in changed {
            flags.retain(|(known, _)| known != name);
            flags.push((name, (*value).to_owned()));
        }
        let (text, code) = command(&["doctor"], &flags).await;
        assert_eq!(code, 1, "{}: nothing was found of {words:?}\n{text}", self.database.name);
        let found = text
            .lines()
            .any(|line| line.starts_with("FAILED") && words.iter().all(|word| line.contains(word)));
        assert!(found, "{}: no line holds {words:?}\n{text}", self.database.name);
    }

    fn change(&self, text: &str) {
        let text = text.to_owned();
        self.database.db.write_now(move |tx| Ok(tx.execute_text(&text, &[] as &[Param])?)).unwrap();
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("cartwright.key")
    }
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn keys_that_others_know_or_that_are_gone() {
    for database in databases() {
        let house = house(database).await;
        mode(&house.key(), 0o644);
        house.finds(&[], &["secret key", "can be read by others", "chmod 600"]).await;
        mode(&house.key(), 0o600);
        house
            .finds(
                &[("secret-key", "0123456789abcdef0123456789abcdef")],
                &["secret key", "CARTWRIGHT_SECRET_KEY can be guessed", "openssl rand -hex 32"],
            )
            .await;
        house.finds(&[("secret-key", "short")], &["can be guessed"]).await;
        let gone = house.folder.path().join("gone.key").display().to_string();
        house
            .finds(
                &[("secret-key-file", &gone)],
                &["key file", "is missing though the shop is in use", "its copy"],
            )
            .await;
        assert!(!Path::new(&gone).exists(), "doctor makes no key");
        house.healthy().await;
    }
}

#[tokio::test]
async fn addresses_proxies_gateways_and_mail_of_a_public_shop() {
    let house = house(db::testing::sqlite().unwrap()).await;
    let public = ("public-url", "https://shop.somewhere.com");
    house
        .finds(&[("public-url", "http://shop.somewhere.com")], &["address", "is not https", "certificate"])
        .await;
    house.finds(&[("public-url", "http://127.0.0.1.somewhere.com")], &["address", "is not https"]).await;
    house.finds(&[public], &["proxy", "not believed", "CARTWRIGHT_TRUST_FORWARDED=true"]).await;
    house
        .finds(
            &[public, ("trust-forwarded", "true"), ("listen", "0.0.0.0:8480")],
            &["proxy", "open to everyone", "listen on 127.0.0.1"],
        )
        .await;
    house
        .finds(
            &[public],
            &["gateways", "the test gateway is on at a public address", "CARTWRIGHT_TEST_GATEWAY=false"],
        )
        .await;
    house.finds(&[("test-gateway", "false")], &["gateways", "nobody can pay", "keys"]).await;
    house.finds(&[public], &["mail server", "reach nobody", "CARTWRIGHT_SMTP_URL="]).await;
    house.finds(&[public], &["sender", "shop@example.com", "option update", "general.email"]).await;
    house.healthy().await;
}

#[tokio::test]
async fn servers_that_do_not_answer() {
    let house = house(db::testing::sqlite().unwrap()).await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    // Takes connections and says that it is something else.
    let other = tokio::spawn(async move {
        while let Ok((mut stream, _)) = silent.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"SSH-2.0-nothing\r\n").await;
        }
    });
    let mail = format!("smtp://user:hidden-word@{address}");
    house
        .finds(&[("smtp-url", &mail)], &["mail server", "no mail server", "check CARTWRIGHT_SMTP_URL"])
        .await;
    other.abort();
    let _ = other.await;
    house.finds(&[("smtp-url", &mail)], &["mail server", "no connection", "firewall"]).await;
    let (text, _) = command(&["doctor", "--smtp-url", &mail], &house.flags).await;
    assert!(!text.contains("hidden-word"), "{text}");
    let collector = format!("http://{address}");
    house.finds(&[("smtp-url", "imap://nowhere")], &["settings", "smtps://user:password@"]).await;
    house.finds(&[("otlp-url", &collector)], &["collector", "does not answer", "CARTWRIGHT_OTLP_URL"]).await;
    house.finds(&[("otlp-url", "https://far.away")], &["collector", "http://host:4318"]).await;
}

#[tokio::test]
async fn settings_that_would_be_dropped_in_silence() {
    let house = house(db::testing::sqlite().unwrap()).await;
    house
        .finds(
            &[("time-zone", "Europe/Berlinn")],
            &["time zone", "Europe/Berlinn", "UTC is taken", "Europe/Berlin"],
        )
        .await;
    house.finds(&[("log", "inf=o=")], &["log", "does not parse", "CARTWRIGHT_LOG"]).await;
    let path = house.database.db.sqlite_path().unwrap().to_path_buf();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600,
        "a new file is its owner's"
    );
    mode(&path, 0o644);
    house.finds(&[], &["files", "can be read by everyone", "chmod 600"]).await;
    mode(&path, 0o600);
    let nothing = house.folder.path().join("nothing.db");
    let url = format!("sqlite:{}", nothing.display());
    house.finds(&[("database-url", &url)], &["database", "no database yet", "cartwright db migrate"]).await;
    assert!(!nothing.exists(), "doctor makes no database");
}

#[tokio::test]
async fn tables_of_other_versions_and_other_programs() {
    for database in databases() {
        let house = house(database).await;
        house.change("UPDATE {p}cartwright_migrations SET applied_at = NULL WHERE id LIKE '%_origin'");
        house.finds(&[], &["database", "1 migrations are pending", "cartwright db migrate"]).await;
        house.well(&["db", "migrate"]).await;
        house.change("INSERT INTO {p}cartwright_migrations (id, steps_done) VALUES ('29991231_01_later', 1)");
        house.finds(&[], &["database", "newer version", "29991231_01_later", "install"]).await;
        house.change("DELETE FROM {p}cartwright_migrations WHERE id = '29991231_01_later'");
        house.change("CREATE TABLE {p}posts (id INTEGER)");
        house.finds(&[], &["prefix", "a WordPress has its tables", "CARTWRIGHT_TABLE_PREFIX"]).await;
        house.change("DROP TABLE {p}posts");
        if house.database.name == "mariadb" {
            house.change("ALTER TABLE {p}cartwright_categories ENGINE=MyISAM");
            house.finds(&[], &["safety", "not InnoDB", "cartwright_categories ENGINE=InnoDB"]).await;
            house.change("ALTER TABLE {p}cartwright_categories ENGINE=InnoDB");
        }
        house.healthy().await;
    }
    let house = house(db::testing::sqlite().unwrap()).await;
    house
        .finds(
            &[("database-url", "mysql://nobody@127.0.0.1:1/none")],
            &["database", "Check CARTWRIGHT_DATABASE_URL"],
        )
        .await;
}

#[tokio::test]
async fn work_that_nobody_does_and_clocks_that_are_wrong() {
    for database in databases() {
        let house = house(database).await;
        house.change("UPDATE {p}cartwright_schedules SET next_at = '2020-01-01 00:00:00' WHERE hook = 'ocart_recovery_dispatch'");
        house.finds(&[], &["schedules", "ocart_recovery_dispatch", "without --no-jobs"]).await;
        house.well(&["cron", "event", "run", "--due-now"]).await;
        house.change(
            "INSERT INTO {p}cartwright_jobs (kind, unique_key, payload, state, attempts, due_at, created_at, last_error) \
             VALUES ('recovery.send_step', 'planted', '{\"message_id\":0}', 'failed', 12, '2020-01-01 00:00:00', \
             '2020-01-01 00:00:00', 'planted error')",
        );
        house.finds(&[], &["jobs", "1 were given up", "planted error", "cartwright cron event retry"]).await;
        house.well(&["cron", "event", "retry"]).await;
        house.well(&["cron", "event", "run", "--due-now"]).await;
        house.change(
            "INSERT INTO {p}cartwright_jobs (kind, unique_key, payload, state, attempts, due_at, created_at) \
             VALUES ('recovery.send_step', 'planted', '{\"message_id\":0}', 'pending', 0, '2020-01-01 00:00:00', \
             '2020-01-01 00:00:00')",
        );
        house.finds(&[], &["jobs", "recovery.send_step has been due since", "nobody has tried it"]).await;
        house.well(&["cron", "event", "run", "--due-now"]).await;
        house.change(
            "INSERT INTO {p}cartwright_outbox (event_id, name, aggregate, payload, created_at) \
             VALUES ('planted', 'planted/event', 'planted', '{}', '2020-01-01 00:00:00')",
        );
        house.change(
            "INSERT INTO {p}cartwright_deliveries (outbox_id, subscriber, aggregate, state, attempts, due_at) \
             SELECT id, 'planted.subscriber', 'planted', 'pending', 0, created_at FROM {p}cartwright_outbox WHERE event_id = 'planted'",
        );
        house.finds(&[], &["events", "1 wait to be delivered", "2020-01-01T00:00:00Z", "--no-jobs"]).await;
        house.change("UPDATE {p}cartwright_deliveries SET state = 'failed', last_error = 'nobody home' WHERE subscriber = 'planted.subscriber'");
        house
            .finds(&[], &["events", "planted.subscriber", "nobody home", "cartwright cron event retry"])
            .await;
        house.change("DELETE FROM {p}cartwright_deliveries WHERE subscriber = 'planted.subscriber'");
        house.change(
            "UPDATE {p}cartwright_outbox SET created_at = '2100-01-01 00:00:00' WHERE event_id = 'planted'",
        );
        house.finds(&[], &["clock", "behind what has been written", "NTP"]).await;
        house.change("DELETE FROM {p}cartwright_outbox WHERE event_id = 'planted'");
        house.healthy().await;
    }
}
