//! The conditions of a list, put together as one text with its values.

use kernel::Moment;

/// What a list is narrowed by.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    text: String,
    /// For the marks in the text, in order.
    pub(crate) values: Vec<db::Param<'static>>,
}

impl Conditions {
    /// Starts with a condition without values.
    pub(crate) fn new(first: &str) -> Self {
        Self { text: first.to_owned(), values: Vec::new() }
    }

    /// The whole condition.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// One more, with its values.
    pub(crate) fn and(&mut self, condition: &str, values: impl IntoIterator<Item = db::Param<'static>>) {
        self.text.push_str(" AND ");
        self.text.push_str(condition);
        self.values.extend(values);
    }

    /// Only rows whose column is one of these; none at all when there are none.
    pub(crate) fn one_of<V: Into<db::Param<'static>>>(
        &mut self,
        column: &str,
        values: impl IntoIterator<Item = V>,
    ) {
        self.among(column, "IN", "1 = 0", values);
    }

    /// Only rows whose column is none of these.
    pub(crate) fn none_of<V: Into<db::Param<'static>>>(
        &mut self,
        column: &str,
        values: impl IntoIterator<Item = V>,
    ) {
        self.among(column, "NOT IN", "1 = 1", values);
    }

    fn among<V: Into<db::Param<'static>>>(
        &mut self,
        column: &str,
        word: &str,
        empty: &str,
        values: impl IntoIterator<Item = V>,
    ) {
        let values: Vec<db::Param<'static>> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            self.and(empty, []);
        } else {
            self.and(&format!("{column} {word} ({})", marks(values.len())), values);
        }
    }

    /// Only rows where one of the columns, in lower case, holds the text.
    pub(crate) fn holds(&mut self, columns: &[&str], text: &str) {
        let pattern = pattern(text);
        let each: Vec<String> =
            columns.iter().map(|column| format!("LOWER({column}) LIKE ? ESCAPE '!'")).collect();
        let values = columns.iter().map(|_| db::Param::from(pattern.clone())).collect::<Vec<_>>();
        self.and(&format!("({})", each.join(" OR ")), values);
    }

    /// Only rows whose time is later or earlier, where a time is given.
    pub(crate) fn between(&mut self, column: &str, after: Option<Moment>, before: Option<Moment>) {
        for (word, moment) in [(">", after), ("<", before)] {
            if let Some(moment) = moment {
                self.and(&format!("{column} {word} ?"), [moment.into()]);
            }
        }
    }
}

/// Marks for so many values.
pub(crate) fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// What `LIKE … ESCAPE '!'` looks for: the text anywhere, to the letter.
pub(crate) fn pattern(text: &str) -> String {
    let plain = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}

/// An order by the places of ids in a list, for `orderby=include`.
pub(crate) fn by_place(column: &str, ids: &[i64]) -> String {
    if ids.is_empty() {
        return "0".to_owned();
    }
    let places: String =
        ids.iter().enumerate().map(|(place, id)| format!(" WHEN {id} THEN {place}")).collect();
    format!("CASE {column}{places} ELSE {} END", ids.len())
}
