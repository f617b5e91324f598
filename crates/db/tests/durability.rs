//! What was answered survives `kill -9`: a child process acknowledges writes, is killed, and the file is read again.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use db::testing::{SeededEntropy, TestClock};
use db::{Db, Migration, Options, Sql, Step, params};

const MIGRATIONS: &[Migration] = &[Migration {
    id: "01",
    steps: &[Step::Table { name: "acknowledged", columns: "id {ID}, number {BIGINT} NOT NULL" }],
}];
const INSERT: Sql = Sql::new("INSERT INTO {p}acknowledged (number) VALUES (?)");
const LARGEST: Sql = Sql::new("SELECT MAX(number) FROM {p}acknowledged");
const FILE: &str = "CARTWRIGHT_DURABILITY_FILE";

fn open(url: &str) -> Db {
    let clock = TestClock::at("2026-11-21T12:00:00Z");
    Db::open(Options::new(url, "wp_", clock, SeededEntropy::new(1))).unwrap()
}

/// Runs only as the child of the test below.
#[test]
#[expect(clippy::disallowed_methods, reason = "the child learns its file from the test that starts it")]
fn child_writes_and_acknowledges() {
    let Ok(url) = std::env::var(FILE) else { return };
    let db = open(&url);
    db.migrate(MIGRATIONS).unwrap();
    for number in 1_i64.. {
        db.write_now(move |tx| Ok(tx.insert(&INSERT, params![number])?)).unwrap();
        println!("acknowledged {number}");
    }
}

#[test]
fn an_acknowledged_write_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("killed.db").display());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["child_writes_and_acknowledges", "--exact", "--nocapture"])
        .env(FILE, &url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut last = 0;
    for line in lines.map_while(Result::ok) {
        if let Some(number) = line.rsplit("acknowledged ").next().and_then(|text| text.parse::<i64>().ok()) {
            last = number;
        }
        if last == 500 {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(last >= 500);
    let found = open(&url).read_now(|tx| Ok(tx.count(&LARGEST, params![])?)).unwrap();
    assert!(found >= last, "{last} was acknowledged, {found} is there");
}
