//! A command line and what comes of it.

use kernel::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sign_in::model::WordPressUser;

/// What was typed in WordPress.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Typed {
    /// The words, without `wp`.
    pub arguments: Vec<String>,
    /// By whom.
    pub user: WordPressUser,
}

/// What is printed there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Printed {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// How the command ends.
    pub exit_code: u8,
}

/// Runs a command line of the features within this server. Whoever puts the program together answers it.
#[derive(Debug, Clone)]
pub struct RunCommand {
    /// The words, beginning with the feature's: `["ocart", "cart", "list"]`.
    pub arguments: Vec<String>,
}

impl Request for RunCommand {
    const NAME: &'static str = "woocommerce/run_command";
    type Reply = Printed;
}

/// Slugs of the admin's pages in this installation. Whoever puts the program together answers it.
#[derive(Debug, Clone, Copy)]
pub struct AdminPages;

impl Request for AdminPages {
    const NAME: &'static str = "woocommerce/admin_pages";
    type Reply = Vec<String>;
}
