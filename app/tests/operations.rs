//! What an installation keeps from others and from itself: files, databases of other versions, restored databases.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;

use app::{Application, Configuration};
use db::testing::{TestDatabase, databases};

fn flags(database: &TestDatabase, folder: &std::path::Path) -> Vec<String> {
    vec![
        format!("--database-url={}", database.url),
        format!("--table-prefix={}", database.db.prefix()),
        format!("--secret-key-file={}", folder.join("cartwright.key").display()),
        "--smtp-url=smtp://ada:s3cret-word@127.0.0.1:1".to_owned(),
    ]
}

async fn command(words: &[&str], flags: &[String]) -> (String, u8) {
    let words = std::iter::once(&"cartwright").chain(words).map(OsString::from);
    let (printed, code) = app::command_line::run(words.chain(flags.iter().map(OsString::from))).await;
    (format!("{}{}", printed.out, printed.error), code)
}

#[tokio::test]
async fn a_backup_is_for_its_owner_alone_and_a_restored_shop_waits() {
    for database in databases() {
        let folder = tempfile::tempdir().unwrap();
        let flags = flags(&database, folder.path());
        let file = folder.path().join("backup.jsonl");
        let file = file.to_str().unwrap();
        assert_eq!(command(&["db", "migrate"], &flags).await.1, 0);
        std::fs::write(folder.path().join("backup.partial"), "left by an earlier try").unwrap();
        let (text, code) = command(&["db", "backup", file], &flags).await;
        assert_eq!(code, 0, "{text}");
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{}", database.name);

        let (text, code) = command(&["db", "restore", file, "--replace"], &flags).await;
        assert!(code == 0 && text.contains("cron event resume"), "{text}");
        let (text, _) = command(&["doctor"], &flags).await;
        assert!(text.contains("sending and charging wait since the restore"), "{text}");
        let (text, code) = command(&["cron", "event", "resume"], &flags).await;
        assert!(code == 0 && text.contains("go on"), "{text}");
        let (text, _) = command(&["doctor"], &flags).await;
        assert!(!text.contains("wait since the restore"), "{text}");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_not_served() {
    for database in databases() {
        let folder = tempfile::tempdir().unwrap();
        let flags = flags(&database, folder.path());
        assert_eq!(command(&["db", "migrate"], &flags).await.1, 0);
        database
            .db
            .write_now(|tx| {
                let text =
                    "INSERT INTO {p}cartwright_migrations (id, steps_done) VALUES ('29991231_01_later', 1)";
                Ok(tx.execute_text(text, &[])?)
            })
            .unwrap();
        for words in [&["serve"][..], &["cron", "event", "list"], &["user", "list"], &["db", "migrate"]] {
            let (text, code) = command(words, &flags).await;
            assert_eq!(code, 1, "{words:?}: {text}");
            assert!(text.contains("newer version of the program (29991231_01_later)"), "{words:?}: {text}");
        }
    }
}

#[tokio::test]
async fn a_key_that_others_may_read_is_closed_before_anything_is_served() {
    for database in databases() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("cartwright.key");
        std::fs::write(&key, "0123456789abcdef0123456789abcdef").unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        let configuration = Configuration {
            secret_key_file: key.clone(),
            ..Configuration::usual(&database.url, database.db.prefix())
        };
        let application =
            Application::assemble(configuration, database.clock.clone(), database.entropy.clone()).unwrap();
        app::commands::serve::prepare(&application).await.unwrap();
        assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
