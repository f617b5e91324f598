//! What a server's answer means for the mail, its recipient and this shop.

use std::error::Error as _;

use lettre::transport::smtp::Error;
use runtime::ports::MailError;

/// Where in the conversation something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Connection, greeting, EHLO, TLS.
    Greeting,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA and the message.
    Message,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// An answer with its number, and its enhanced status when it bears one.
    Answer { code: u16, status: Option<[u16; 3]>, names_mailbox: bool },
    /// The server and our settings do not fit.
    Settings,
    /// No connection, or none any more.
    Line,
    /// No answer in time.
    Late,
}

/// Words of servers that give no enhanced status, about an address that is not there.
const NO_MAILBOX: [&str; 9] = [
    "no such user",
    "user unknown",
    "unknown user",
    "no such recipient",
    "unknown recipient",
    "recipient unknown",
    "does not exist",
    "mailbox not found",
    "no mailbox",
];

/// Answers about the login, wherever they come: the settings are to be mended.
const LOGIN_ANSWERS: [u16; 4] = [530, 534, 535, 538];

impl Trouble {
    pub(crate) fn of(error: &Error) -> Self {
        let Some(code) = error.status().map(u16::from) else {
            return if error.is_client() { Self::Settings } else { Self::Line };
        };
        // The words themselves go nowhere: they may repeat the address.
        let words = error.source().map(ToString::to_string).unwrap_or_default().to_lowercase();
        let names_mailbox = NO_MAILBOX.iter().any(|known| words.contains(known));
        Self::Answer { code, status: status(&words), names_mailbox }
    }
}

/// `5.1.1` at the start of an answer's words (RFC 2034).
fn status(words: &str) -> Option<[u16; 3]> {
    let mut parts = words.split_whitespace().next()?.split('.').map(|part| part.parse().ok());
    let status = [parts.next()??, parts.next()??, parts.next()??];
    (parts.next().is_none() && matches!(status[0], 2 | 4 | 5)).then_some(status)
}

/// Does the answer to RCPT say that nobody has this address?
fn is_no_mailbox(code: u16, status: Option<[u16; 3]>, names_mailbox: bool) -> bool {
    match status {
        // 5.1.7 and 5.1.8 are about the sender's address; 5.2.1 is a mailbox that takes nothing any more.
        Some([_, 1, detail]) => !matches!(detail, 7 | 8),
        Some([_, 2, 1]) => true,
        Some(_) => false,
        None => matches!(code, 551 | 553) || names_mailbox,
    }
}

/// What becomes of the mail; `ended` once its final dot may have reached the server.
pub(crate) fn fate(stage: Stage, ended: bool, trouble: &Trouble) -> MailError {
    match *trouble {
        Trouble::Line | Trouble::Late if ended => MailError::Unknown(
            "the mail server took the message and did not say whether it keeps it".to_owned(),
        ),
        Trouble::Line => MailError::Down("the mail server cannot be reached".to_owned()),
        Trouble::Late => MailError::Down("the mail server does not answer".to_owned()),
        Trouble::Settings => {
            MailError::Misconfigured("the mail server does not offer what the settings ask for".to_owned())
        }
        Trouble::Answer { code, status, names_mailbox } => {
            let text = |words: &str| format!("{words} ({code})");
            if !(500..600).contains(&code) {
                return MailError::Down(text("the mail server cannot take the message now"));
            }
            let ours = LOGIN_ANSWERS.contains(&code)
                || matches!(stage, Stage::Greeting | Stage::Login | Stage::Sender)
                // Policy at RCPT is about who we are: relaying, a blocked address, a missing login.
                || (stage == Stage::Recipient && matches!(status, Some([_, 7, _]) | Some([_, 1, 7 | 8])));
            if ours {
                MailError::Misconfigured(text("the mail server refuses this shop"))
            } else if stage == Stage::Recipient && is_no_mailbox(code, status, names_mailbox) {
                MailError::NoMailbox(text("the mail server says that nobody has this address"))
            } else {
                MailError::Refused(text("the mail server refused the message"))
            }
        }
    }
}
