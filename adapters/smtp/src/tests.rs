//! What goes over the wire, against a small server that speaks just enough SMTP.

use runtime::ports::{Mail, MailError, Mailer as _};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::{SmtpMailer, letter};

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

/// Answers one connection: `data` is said to DATA, `end` after the message; an empty answer hangs up. Gives what was
/// received.
async fn server(data: &'static str, end: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 test\r\n").await.unwrap();
        let (mut received, mut body) = (String::new(), false);
        while let Ok(Some(line)) = lines.next_line().await {
            received.push_str(&line);
            received.push('\n');
            let answer = if body && line == "." {
                body = false;
                end
            } else if body {
                continue;
            } else if line == "DATA" {
                body = data.starts_with("354");
                data
            } else {
                "250 fine"
            };
            if answer.is_empty() {
                break;
            }
            writer.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
        }
        received
    });
    (url, task)
}

#[tokio::test]
async fn a_letter_arrives_whole() {
    let (url, task) = server("354 go on", "250 taken").await;
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
async fn replies_decide_what_may_be_sent_again() {
    let cases = [
        ("354 go on", "550 no such user", "refused"),
        ("354 go on", "451 later", "down"),
        ("421 closing", "", "down"),
        ("354 go on", "", "unknown"),
    ];
    for (data, end, expected) in cases {
        let (url, _task) = server(data, end).await;
        let found = match SmtpMailer::from_url(&url).unwrap().send(&mail()).await {
            Ok(()) => "sent",
            Err(MailError::Refused(_)) => "refused",
            Err(MailError::Down(_)) => "down",
            Err(MailError::Unknown(_)) => "unknown",
        };
        assert_eq!(found, expected, "{data} / {end}");
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
