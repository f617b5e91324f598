//! Putting a letter together.

use std::sync::LazyLock;

use kernel::Fault;
use kernel::contracts::messaging::{ComposeLetter, ComposePasswordReset, Letter};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use runtime::settings::{Settings, ocart, shop};
use runtime::{Engine, Tx};
use serde::Serialize;

use super::rules;

/// Names end in `.html` and `.txt`: only the former is escaped.
const PARTS: [(&str, &str); 4] = [
    ("letter.html", include_str!("pages/letter.html")),
    ("letter.txt", include_str!("pages/letter.txt")),
    ("account.html", include_str!("pages/account.html")),
    ("account.txt", include_str!("pages/account.txt")),
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".txt") { AutoEscape::None } else { AutoEscape::Html }
    });
    environment.set_formatter(web::render::escape);
    for (name, text) in PARTS {
        environment.add_template(name, text).map_err(|error| format!("{error}"))?;
    }
    Ok(environment)
});

fn render(part: &str, context: &impl Serialize) -> Result<String, Fault> {
    let environment = ENVIRONMENT.as_ref().map_err(|error| Fault::bug(error.clone()))?;
    environment
        .get_template(part)
        .and_then(|template| template.render(context))
        .map_err(|error| Fault::bug(format!("letter: {error}")))
}

/// Who writes.
struct Sender {
    shop: String,
    postal_address: String,
    from: String,
    from_name: String,
}

fn first_of<'a>(own: &'a str, otherwise: &'a str) -> &'a str {
    if own.trim().is_empty() { otherwise } else { own }
}

fn sender(tx: &mut Tx) -> Result<Sender, Fault> {
    let general = Settings::load(tx, shop::OPTION)?;
    let recovery = Settings::load(tx, ocart::OPTION)?;
    let shop = rules::one_line(&general.text(&shop::GENERAL_NAME));
    let from = recovery.text(&ocart::RECOVERY_FROM_EMAIL);
    let name = recovery.text(&ocart::RECOVERY_FROM_NAME);
    Ok(Sender {
        postal_address: general.text(&shop::GENERAL_POSTAL_ADDRESS),
        from: first_of(&from, &general.text(&shop::GENERAL_EMAIL)).trim().to_owned(),
        from_name: rules::one_line(first_of(&name, &shop)),
        shop,
    })
}

/// Answers [`ComposeLetter`]. An unknown template is a 400 that names it.
pub(crate) async fn compose(engine: Engine, request: ComposeLetter) -> Result<Letter, Fault> {
    let wording = rules::wording(&request.template)
        .ok_or_else(|| Fault::invalid("template", "Use cart_nudge_1, cart_nudge_2 or cart_nudge_3."))?;
    let sender = engine.read(sender).await?;
    let context =
        rules::context(wording, &request, &sender.shop, &sender.postal_address, engine.public_url());
    Ok(Letter {
        from: sender.from,
        from_name: sender.from_name,
        text: render("letter.txt", &context)?,
        html: render("letter.html", &context)?,
        headers: rules::headers(&request.unsubscribe_url),
        subject: context.subject,
    })
}

/// Answers [`ComposePasswordReset`].
pub(crate) async fn compose_password_reset(
    engine: Engine,
    request: ComposePasswordReset,
) -> Result<Letter, Fault> {
    let sender = engine.read(sender).await?;
    let context = rules::password_reset(&request, &sender.shop, &sender.postal_address, engine.public_url());
    Ok(Letter {
        from: sender.from,
        from_name: sender.from_name,
        text: render("account.txt", &context)?,
        html: render("account.html", &context)?,
        headers: Vec::new(),
        subject: context.subject,
    })
}
