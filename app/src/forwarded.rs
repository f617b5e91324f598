//! What a WordPress may ask of the program as a whole: the pages of the admin, and commands typed there.

use runtime::Module;
use web::{Command, Feature};
use woocommerce::command::model::{AdminPages, Printed, RunCommand};
use woocommerce::command::rules::FAMILIES;

/// Answers both for an installation with these features.
#[must_use]
pub fn answers(features: &[Feature]) -> Module {
    let pages: Vec<String> =
        features.iter().flat_map(|feature| feature.menu).map(|item| item.slug.to_owned()).collect();
    let of_features = |command: &Command| {
        FAMILIES.iter().any(|(family, _)| command.path.first().is_some_and(|word| word == family))
    };
    let commands: Vec<Command> =
        features.iter().flat_map(|feature| feature.commands.clone()).filter(of_features).collect();
    let mut module = Module::default();
    module.requests(move |requests| {
        requests.answer(move |_, _: AdminPages| {
            let pages = pages.clone();
            async move { Ok(pages) }
        });
        requests.answer(move |engine, request: RunCommand| {
            let commands = commands.clone();
            async move {
                let (printed, exit_code) =
                    crate::command_line::within(engine, &commands, request.arguments).await;
                Ok(Printed { stdout: printed.out, stderr: printed.error, exit_code })
            }
        });
    });
    module
}
