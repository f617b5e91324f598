//! A mail as a MIME message.

use kernel::hash;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use runtime::ports::{Mail, MailError};

/// Longest line a server must take, without its end (RFC 5322).
const LINE: usize = 998;

/// The message with both parts; refused when an address or a header is not what it should be.
pub(crate) fn build(mail: &Mail) -> Result<Message, MailError> {
    let from = mailbox(&mail.from_name, &mail.from, "sender")?;
    let domain = from.email.domain().to_owned();
    if mail.subject.chars().any(char::is_control) {
        return Err(refused("the subject is not a single line"));
    }
    let mut builder = Message::builder()
        .from(from)
        .to(mailbox("", &mail.to, "recipient")?)
        .subject(&mail.subject)
        .message_id(Some(format!("<{}@{domain}>", identity(&mail.key))));
    for (name, value) in &mail.headers {
        builder = builder.raw_header(header(name, value)?);
    }
    let message = if mail.html.is_empty() {
        builder.singlepart(lettre::message::SinglePart::plain(mail.text.clone()))
    } else {
        builder.multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
    };
    message.map_err(|_| refused("the message could not be put together"))
}

fn refused(text: &str) -> MailError {
    MailError::Refused(text.to_owned())
}

fn mailbox(name: &str, address: &str, which: &str) -> Result<Mailbox, MailError> {
    let address: Address =
        address.parse().map_err(|_| refused(&format!("the {which}'s address is not an e-mail address")))?;
    if name.chars().any(char::is_control) {
        return Err(refused(&format!("the {which}'s name is not a single line")));
    }
    let name = Some(name.trim()).filter(|name| !name.is_empty()).map(str::to_owned);
    Ok(Mailbox::new(name, address))
}

/// The left side of the Message-ID: the key, or its digest when it holds what may not stand there.
fn identity(key: &str) -> String {
    let plain = !key.is_empty()
        && key.len() <= 100
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if plain { key.to_owned() } else { hash::sha256(key) }
}

/// A further header as it is: addresses of links must not be folded or encoded.
fn header(name: &str, value: &str) -> Result<HeaderValue, MailError> {
    let plain = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !plain || name.len() + value.len() + 2 > LINE {
        return Err(refused("a header is not a single line of ASCII"));
    }
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(refused("a header's name is not a word"));
    }
    let name =
        HeaderName::new_from_ascii(name.to_owned()).map_err(|_| refused("a header's name is not a word"))?;
    Ok(HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned()))
}
