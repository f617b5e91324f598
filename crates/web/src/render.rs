//! Pages from templates: strict (an unknown name is an error), autoescaped, with a bound on the work.

use std::fmt::Write as _;

use kernel::Fault;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value};

/// A template of a feature: name such as `shop/product.html`, and its text.
pub type Template = (&'static str, &'static str);

/// Steps one page may take; a page of a hundred rows takes a few tens of thousands.
const FUEL: u64 = 5_000_000;

/// Renders templates.
pub struct Renderer {
    environment: Environment<'static>,
}

impl Renderer {
    /// With the shared templates and those of the features. A template that does not parse is a fault, at start.
    pub fn new(templates: impl IntoIterator<Item = Template>) -> Result<Self, Fault> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".txt") { AutoEscape::None } else { AutoEscape::Html }
        });
        environment.set_formatter(escape);
        environment.add_function("asset", |path: String| crate::assets::address(&path));
        let own = templates.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
        for (name, text) in crate::assets::templates().chain(own) {
            environment
                .add_template_owned(name.clone(), text)
                .map_err(|error| Fault::bug(format!("template {name}: {error}")))?;
        }
        Ok(Self { environment })
    }

    /// The page's text.
    pub fn render(&self, template: &str, context: Value) -> Result<String, Fault> {
        self.environment
            .get_template(template)
            .and_then(|template| template.render(context))
            .map_err(|error| Fault::bug(format!("page {template}: {error}")))
    }

    /// Names of all templates, for the tests that render each.
    pub fn names(&self) -> Vec<String> {
        self.environment.templates().map(|(name, _)| name.to_owned()).collect()
    }
}

/// Escapes text for HTML where a template is escaped. Slashes stay as they are: addresses in pages and letters are read by
/// people and by programs that know little of HTML.
pub fn escape(out: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = match (state.auto_escape(), value.as_str()) {
        (AutoEscape::Html, Some(text)) if !value.is_safe() => text,
        _ => return minijinja::escape_formatter(out, state, value),
    };
    for character in text.chars() {
        match character {
            '<' => out.write_str("&lt;")?,
            '>' => out.write_str("&gt;")?,
            '&' => out.write_str("&amp;")?,
            '"' => out.write_str("&quot;")?,
            '\'' => out.write_str("&#x27;")?,
            _ => out.write_char(character)?,
        }
    }
    Ok(())
}

impl std::fmt::Debug for Renderer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Renderer")
    }
}
