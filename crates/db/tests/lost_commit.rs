//! A connection that breaks after a commit, with the database away for a while: the unit is done once.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use db::testing::databases;
use db::{Db, Migration, Options, Sql, Step, params};

const MIGRATIONS: &[Migration] = &[Migration {
    id: "01_first",
    steps: &[Step::Table { name: "things", columns: "id {ID}, counter {BIGINT} NOT NULL" }],
}];
const BUMP: Sql = Sql::new("UPDATE {p}things SET counter = counter + 1");
const INSERT: Sql = Sql::new("INSERT INTO {p}things (counter) VALUES (0)");
const COUNTER: Sql = Sql::new("SELECT counter FROM {p}things");

/// Stands between the program and its database. Once armed, the answer to the next commit is kept back, that connection is
/// broken, and so are as many of the following ones as it was told.
#[derive(Default)]
struct Line {
    armed: AtomicI64,
    refusals: AtomicI64,
}

impl Line {
    /// Breaks after the next commit, and refuses so many connections.
    fn arm(&self, refusals: i64) {
        self.armed.store(refusals, Ordering::SeqCst);
    }

    fn carry(self: Arc<Self>, client: TcpStream, server: TcpStream) {
        let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        let broken = Arc::new(AtomicI64::new(0));
        let breaking = Arc::clone(&broken);
        std::thread::spawn(move || {
            let mut buffer = vec![0_u8; 65_536];
            while let Ok(length @ 1..) = from_server.read(&mut buffer) {
                // The database has kept it; nobody hears of it.
                if breaking.load(Ordering::SeqCst) == 1 || to_client.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
            let _ = to_client.shutdown(std::net::Shutdown::Both);
            let _ = from_server.shutdown(std::net::Shutdown::Both);
        });
        let (mut from_client, mut to_server) = (client, server);
        let mut buffer = vec![0_u8; 65_536];
        while let Ok(length @ 1..) = from_client.read(&mut buffer) {
            let commits = buffer[..length].windows(8).any(|bytes| bytes == b"; COMMIT");
            let refusals = if commits { self.armed.swap(0, Ordering::SeqCst) } else { 0 };
            if refusals > 0 {
                self.refusals.store(refusals, Ordering::SeqCst);
                broken.store(1, Ordering::SeqCst);
            }
            if to_server.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(std::net::Shutdown::Both);
    }

    /// Listens; gives the port.
    fn open(self: &Arc<Self>, server: String) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = Arc::clone(self);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let refused = line.refusals.fetch_sub(1, Ordering::SeqCst) > 0;
                let (Ok(client), false) = (client, refused) else { continue };
                let (line, server) = (Arc::clone(&line), TcpStream::connect(&server).unwrap());
                std::thread::spawn(move || line.carry(client, server));
            }
        });
        port
    }
}

#[test]
fn a_commit_whose_answer_is_lost_is_not_done_again() {
    for database in databases().into_iter().filter(|database| database.name == "mariadb") {
        let rest = database.url.strip_prefix("mysql://").unwrap();
        let (user, place) = rest.split_once('@').unwrap();
        let (server, name) = place.split_once('/').unwrap();
        let line = Arc::new(Line::default());
        let port = line.open(server.to_owned());
        database.db.migrate(MIGRATIONS).unwrap();
        database.db.write_now(|tx| Ok(tx.insert(&INSERT, params![])?)).unwrap();
        let db = Db::open(Options {
            connections: 2,
            ..Options::new(
                &format!("mysql://{user}@127.0.0.1:{port}/{name}"),
                database.db.prefix(),
                database.clock.clone(),
                database.entropy.clone(),
            )
        })
        .unwrap();
        // Longer away than a refused unit is tried again.
        line.arm(12);
        db.write_now(|tx| Ok(tx.execute(&BUMP, params![])?)).unwrap();
        assert_eq!(database.db.read_now(|tx| Ok(tx.count(&COUNTER, params![])?)).unwrap(), 1);
    }
}
