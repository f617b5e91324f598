//! Statements as constants.

/// A statement, the same on both engines or a pair. `{p}` stands for the table prefix, `?` for a parameter.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    sqlite: &'static str,
    mysql: &'static str,
}

impl Sql {
    /// One text for both engines.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { sqlite: text, mysql: text }
    }

    /// One for SQLite, one for MariaDB and MySQL.
    #[must_use]
    pub const fn pair(sqlite: &'static str, mysql: &'static str) -> Self {
        Self { sqlite, mysql }
    }

    /// The text for an engine, with `{p}` still in it.
    #[must_use]
    pub const fn text(&self, engine: crate::Engine) -> &'static str {
        match engine {
            crate::Engine::Sqlite => self.sqlite,
            crate::Engine::MySql => self.mysql,
        }
    }
}
