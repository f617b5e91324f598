//! Letters and where they go when no mail server is set: the built-in outbox.
//!
//! Invariants: a mail's key stands in the outbox once; what a letter shows of a shopper or a product is escaped; a
//! stored letter is shown in a frame that runs nothing.

pub mod letters;
pub mod migrations;
pub mod outbox;

pub use outbox::commands::OutboxMailer;
use web::{Feature, MenuItem};

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.schedules = vec![outbox::jobs::prune()];
    module.subscribers = vec![outbox::on_person_erased::subscriber()];
    module.requests(|requests| {
        requests.answer(letters::queries::compose);
        requests.answer(letters::queries::compose_password_reset);
    });
    Feature {
        name: "messaging",
        module,
        routes: Some(outbox::admin::routes),
        templates: outbox::admin::TEMPLATES,
        menu: &[MenuItem {
            group: "Shop",
            title: "Mail outbox",
            slug: "outbox",
            capability: kernel::capability::MANAGE_WOOCOMMERCE,
            position: 80,
        }],
        ..Feature::default()
    }
}
