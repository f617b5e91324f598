//! What goes over the wire, against a small server that speaks just enough SMTP.

use std::time::Duration;

use runtime::ports::{Mail, MailError, Mailer as _};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::{Patience, SmtpMailer, letter};

fn mail() -> Mail {
    Mail {
        key: "recovery-7-0".to_owned(),
        from: "shop@example.com".to_owned(),
        from_name: "The Shop".to_owned(),
        to: "ann@example.org".to_owned(),
        subject: "Your cart is waiting".to_owned(),
        text: "Plain words".to_owned(),
        html: "<p>Rich words</p>".to_owned(),
        headers: vec![
            (
                "List-Unsubscribe".to_owned(),
                format!("<https://shop.example.com/unsubscribe/{}>", "a".repeat(64)),
            ),
            ("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned()),
        ],
    }
}

/// Says nothing and keeps the line.
const SILENCE: &str = "…";

/// Answers one connection: the given answers by the command they follow (`greeting`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `.`),
/// `250` to all else; an empty answer hangs up. Gives what was received.
async fn server(
    answers: &'static [(&'static str, &'static str)],
) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let answer = |command: &str| {
        let usual = match command {
            "greeting" => "220 test",
            "DATA" => "354 go on",
            _ => "250 fine",
        };
        answers.iter().find(|(known, _)| *known == command).map_or(usual, |(_, answer)| *answer)
    };
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        let (mut received, mut body, mut said) = (String::new(), false, answer("greeting"));
        loop {
            match said {
                "" => return received,
                SILENCE => {}
                said => writer.write_all(format!("{said}\r\n").as_bytes()).await.unwrap(),
            }
            let Ok(Some(line)) = lines.next_line().await else { return received };
            received.push_str(&line);
            received.push('\n');
            let command =
                if body { line.as_str() } else { line.split([' ', ':']).next().unwrap_or_default() };
            said = match (body, command) {
                (true, ".") => answer("."),
                (true, _) => SILENCE,
                (false, command) => answer(command),
            };
            body = (body && command != ".") || (!body && command == "DATA" && said.starts_with("354"));
        }
    });
    (url, task)
}

async fn fate(answers: &'static [(&'static str, &'static str)], patience: Patience) -> &'static str {
    let (url, task) = server(answers).await;
    let found = match SmtpMailer::from_url(&url).unwrap().with_patience(patience).send(&mail()).await {
        Ok(()) => "sent",
        Err(MailError::Refused(_)) => "refused",
        Err(MailError::NoMailbox(_)) => "no mailbox",
        Err(MailError::Misconfigured(_)) => "misconfigured",
        Err(MailError::Down(_)) => "down",
        Err(MailError::Unknown(_)) => "unknown",
    };
    task.abort();
    found
}

#[tokio::test]
async fn a_letter_arrives_whole() {
    let (url, task) = server(&[]).await;
    let mailer = SmtpMailer::from_url(&url).unwrap();
    mailer.send(&mail()).await.unwrap();
    drop(mailer);
    let received = task.await.unwrap();
    assert!(received.contains("RCPT TO:<ann@example.org>"), "{received}");
    assert!(received.contains("Message-ID: <recovery-7-0@example.com>"), "{received}");
    assert!(received.contains("multipart/alternative"), "{received}");
    assert!(received.contains("Plain words") && received.contains("Rich words"), "{received}");
    let link = format!("List-Unsubscribe: <https://shop.example.com/unsubscribe/{}>", "a".repeat(64));
    assert!(received.lines().any(|line| line == link), "{received}");
    assert!(received.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{received}");
}

#[tokio::test]
async fn who_is_at_fault_is_told_by_where_it_is_said() {
    let cases: &[(&'static [(&str, &str)], &str)] = &[
        (&[("greeting", "554 go away")], "misconfigured"),
        (&[("greeting", "421 busy")], "down"),
        (&[("EHLO", "550 who are you")], "misconfigured"),
        (&[("MAIL", "553 5.1.8 sender address rejected")], "misconfigured"),
        (&[("MAIL", "550 5.7.1 not from here")], "misconfigured"),
        (&[("MAIL", "530 5.7.0 log in first")], "misconfigured"),
        (&[("MAIL", "451 4.7.1 later")], "down"),
        (&[("RCPT", "550 5.1.1 no such user")], "no mailbox"),
        (&[("RCPT", "550 5.1.10 null MX")], "no mailbox"),
        (&[("RCPT", "550 5.2.1 disabled")], "no mailbox"),
        (&[("RCPT", "551 not here")], "no mailbox"),
        (&[("RCPT", "553 not a mailbox name")], "no mailbox"),
        (&[("RCPT", "550-5.1.1 nobody\r\n550 5.1.1 of this name")], "no mailbox"),
        (&[("RCPT", "550 User unknown in local table")], "no mailbox"),
        (&[("RCPT", "553 5.1.8 your own address is not one")], "misconfigured"),
        (&[("RCPT", "554 5.7.1 relay access denied")], "misconfigured"),
        (&[("RCPT", "552 5.2.2 mailbox full")], "refused"),
        (&[("RCPT", "550 blocked")], "refused"),
        (&[("RCPT", "450 4.2.0 greylisted")], "down"),
        (&[("DATA", "421 closing")], "down"),
        (&[("DATA", "554 no")], "refused"),
        (&[(".", "550 5.1.1 content says so")], "refused"),
        (&[(".", "451 later")], "down"),
    ];
    for (answers, expected) in cases {
        assert_eq!(fate(answers, Patience::default()).await, *expected, "{answers:?}");
    }
}

#[tokio::test]
async fn only_what_may_have_been_accepted_is_unknown() {
    let patience = Patience { command: Duration::from_secs(2), ..Patience::default() };
    let cases: &[(&'static [(&str, &str)], &str)] = &[
        (&[("greeting", "")], "down"),
        (&[("greeting", SILENCE)], "down"),
        (&[("EHLO", "")], "down"),
        (&[("EHLO", SILENCE)], "down"),
        (&[("MAIL", "")], "down"),
        (&[("MAIL", SILENCE)], "down"),
        (&[("RCPT", "")], "down"),
        (&[("RCPT", SILENCE)], "down"),
        (&[("DATA", "")], "down"),
        (&[("DATA", SILENCE)], "down"),
        (&[(".", "")], "unknown"),
        (&[(".", SILENCE)], "unknown"),
        // The farewell changes nothing.
        (&[("QUIT", SILENCE)], "sent"),
    ];
    let mut all = tokio::task::JoinSet::new();
    for (answers, expected) in cases {
        all.spawn(async move { (*answers, *expected, fate(answers, patience).await) });
    }
    while let Some(case) = all.join_next().await {
        let (answers, expected, found) = case.unwrap();
        assert_eq!(found, expected, "{answers:?}");
    }
}

#[tokio::test]
async fn nobody_there_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
    drop(listener);
    let answer = SmtpMailer::from_url(&url).unwrap().send(&mail()).await;
    assert!(matches!(answer, Err(MailError::Down(_))), "{answer:?}");
}

#[test]
fn nothing_adds_a_header() {
    let mut subject = mail();
    subject.subject = "Hello\r\nBcc: all@example.com".to_owned();
    let mut name = mail();
    name.from_name = "Shop\nBcc: all@example.com".to_owned();
    let mut to = mail();
    to.to = "ann@example.org\r\nBcc: all@example.com".to_owned();
    let mut header = mail();
    header.headers = vec![("X-Note".to_owned(), "a\r\nBcc: all@example.com".to_owned())];
    let mut header_name = mail();
    header_name.headers = vec![("X-Note: a\r\nBcc".to_owned(), "b".to_owned())];
    for bad in [subject, name, to, header, header_name] {
        assert!(matches!(letter::build(&bad), Err(MailError::Refused(_))), "{bad:?}");
    }
}

#[test]
fn addresses_of_servers_are_checked_and_never_repeated() {
    for bad in ["", "http://example.com", "smtp://", "smtps://user:s3cret@", "smtp://host?tls=maybe"] {
        if let Err(fault) = SmtpMailer::from_url(bad) {
            assert!(!fault.message.contains("s3cret"));
        } else {
            assert!(!bad.is_empty() && bad.starts_with("smtp"), "{bad} was taken");
        }
    }
    assert!(SmtpMailer::from_url("smtps://user:password@mail.example.com:465").is_ok());
    assert!(SmtpMailer::from_url("smtp://mail.example.com:587?tls=required").is_ok());
}
