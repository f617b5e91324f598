//! Forms of a page, as a browser sees them: enough of HTML to fill and send what our own templates write.

use std::collections::BTreeMap;

/// A form with what it would send if nothing were typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageForm {
    /// Where it goes.
    pub action: String,
    /// `get` or `post`.
    pub method: String,
    /// Names and values in order.
    pub fields: Vec<(String, String)>,
    /// Every name there is, boxes that are not ticked and buttons included, with the value it would send.
    pub choices: Vec<(String, String)>,
    /// What the lists of choices offer, by the list's name.
    pub options: Vec<(String, String)>,
}

impl PageForm {
    /// Types into a field, or ticks a box that is there under this name.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.fields.iter_mut().find(|(field, _)| field == name) {
            Some(field) => value.clone_into(&mut field.1),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Is there a field, box or button of this name?
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.choices.iter().any(|(field, _)| field == name)
    }

    /// Ticks the box, or presses the button, of this name as the page has it.
    pub fn choose(&mut self, name: &str) {
        if let Some((_, value)) = self.choices.iter().find(|(field, _)| field == name).cloned() {
            self.set(name, &value);
        }
    }

    /// As `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn encoded(&self) -> String {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        self.fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect::<Vec<_>>()
            .join("&")
    }
}

/// The forms of a page, in order.
#[must_use]
pub fn forms(html: &str) -> Vec<PageForm> {
    let mut found: Vec<PageForm> = Vec::new();
    let mut inside = false;
    let mut select: Option<(String, Option<String>)> = None;
    for tag in html.split('<').skip(1) {
        let (head, text) = tag.split_once('>').unwrap_or((tag, ""));
        let name = head
            .split(|character: char| character.is_whitespace() || character == '/')
            .next()
            .unwrap_or_default();
        let attributes = attributes(head);
        match name.to_ascii_lowercase().as_str() {
            "form" => {
                inside = true;
                found.push(PageForm {
                    action: attributes.get("action").cloned().unwrap_or_default(),
                    method: attributes
                        .get("method")
                        .map_or_else(|| "get".to_owned(), |method| method.to_ascii_lowercase()),
                    ..PageForm::default()
                });
            }
            "" if head.eq_ignore_ascii_case("/form") => inside = false,
            _ if !inside => {}
            "input" | "button" => field(found.last_mut(), name, &attributes),
            "textarea" => add(found.last_mut(), attributes.get("name"), &unescape(text), true),
            "select" => select = attributes.get("name").map(|name| (name.clone(), None)),
            "option" => {
                if let Some((name, chosen)) = &mut select {
                    let value = attributes.get("value").cloned().unwrap_or_else(|| unescape(text.trim()));
                    if let Some(form) = found.last_mut() {
                        form.options.push((name.clone(), value.clone()));
                    }
                    if attributes.contains_key("selected") || chosen.is_none() {
                        *chosen = Some(value);
                    }
                }
            }
            "" if head.eq_ignore_ascii_case("/select") => {
                if let Some((name, chosen)) = select.take() {
                    add(found.last_mut(), Some(&name), &chosen.unwrap_or_default(), true);
                }
            }
            _ => {}
        }
    }
    found
}

fn field(form: Option<&mut PageForm>, tag: &str, attributes: &BTreeMap<String, String>) {
    let kind = attributes.get("type").map_or("", String::as_str);
    let value = attributes.get("value").cloned();
    let sent = match kind {
        "checkbox" | "radio" => attributes.contains_key("checked"),
        "submit" | "button" | "image" | "reset" | "file" => false,
        _ => tag != "button",
    };
    let value = value.unwrap_or_else(|| if kind == "checkbox" { "on".to_owned() } else { String::new() });
    add(form, attributes.get("name"), &value, sent);
}

fn add(form: Option<&mut PageForm>, name: Option<&String>, value: &str, sent: bool) {
    let (Some(form), Some(name)) = (form, name) else { return };
    form.choices.push((name.clone(), value.to_owned()));
    if sent {
        form.fields.push((name.clone(), value.to_owned()));
    }
}

fn attributes(head: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest =
        head.trim_end_matches('/').split_once(char::is_whitespace).map_or("", |(_, rest)| rest).trim_start();
    while !rest.is_empty() {
        let end =
            rest.find(|character: char| character == '=' || character.is_whitespace()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let after = after.trim_start();
        let Some(value) = after.strip_prefix('=') else {
            found.insert(name.to_ascii_lowercase(), String::new());
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        let (text, after) = match quote {
            Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
        };
        found.insert(name.to_ascii_lowercase(), unescape(text));
        rest = after.trim_start();
    }
    found
}

/// Undoes the escapes that our templates write.
#[must_use]
pub fn unescape(text: &str) -> String {
    text.replace("&#x2f;", "/")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::forms;

    #[test]
    fn a_form_sends_what_a_browser_would_send() {
        let page = r#"<form action="/a&amp;b" method="POST"><input type=hidden name="_csrf" value="x&#x2f;y">
            <input name="email" required value='ada'><input type="checkbox" name="consent" value="1">
            <input type="radio" name="ship" value="a"><input type="radio" name="ship" value="b" checked>
            <select name="country"><option value="US">US</option><option value="DE" selected>DE</option></select>
            <textarea name="note">hi</textarea><button name="go" value="now">Go</button></form>"#;
        let mut form = forms(page).pop().unwrap();
        assert_eq!((form.action.as_str(), form.method.as_str()), ("/a&b", "post"));
        let pairs: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            pairs,
            [("_csrf", "x/y"), ("email", "ada"), ("ship", "b"), ("country", "DE"), ("note", "hi")]
        );
        form.choose("consent");
        form.choose("go");
        assert!(form.encoded().ends_with("&consent=1&go=now"));
    }
}
