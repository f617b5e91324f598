"""The forms of a page as a browser sees them: where each leads, what it holds, and which of its fields take text."""

from html.parser import HTMLParser

TYPED = {"text", "search", "textarea"}
# What a field that must be filled is filled with when it is not the one in question.
GOOD = {"number": "1", "date": "2026-11-21", "email": "good@example.com", "url": "https://shop.example/"}


class Form:
    """One form that is posted."""

    def __init__(self, action):
        self.action, self.values, self.kinds, self.needed = action, {}, {}, set()

    def text_fields(self):
        return [name for name, kind in self.kinds.items() if kind in TYPED]

    def filled(self, name, value):
        """What is sent with one field typed into and the others as they are, or somehow good."""
        sent = {field: GOOD.get(self.kinds[field], "Good") if field in self.needed and held == "" else held for field, held in self.values.items()}
        return sent | {name: value}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.form, self.select, self.area = [], None, None, None

    def handle_starttag(self, tag, attributes):
        held = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.form = Form(held.get("action", "")) if held.get("method", "").lower() == "post" else None
        elif self.form is not None and tag in ("input", "textarea", "select") and held.get("name"):
            self._field(tag, held)
        elif self.form is not None and tag == "option" and self.select:
            if self.select not in self.form.values or "selected" in held:
                self.form.values[self.select] = held.get("value", "")

    def _field(self, tag, held):
        form, name = self.form, held["name"]
        kind = held.get("type", "text") if tag == "input" else tag
        kind = "number" if held.get("inputmode") in ("numeric", "decimal") else kind
        if kind in ("submit", "button") or (kind in ("checkbox", "radio") and "checked" not in held):
            return
        form.kinds[name] = kind
        if "required" in held:
            form.needed.add(name)
        if tag == "select":
            self.select = name
            return
        form.values[name] = held.get("value", "")
        self.area = name if tag == "textarea" else None

    def handle_data(self, data):
        if self.form is not None and self.area:
            self.form.values[self.area] += data

    def handle_endtag(self, tag):
        if tag == "form" and self.form is not None:
            self.forms.append(self.form)
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def forms(html):
    """Every form of the page that is posted."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms
