"""The system's Chromium. A page is watched: errors in its console, refused content and failed requests are failures."""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from harness.shop import ADMIN, PASSWORD, ROOT

SCREENSHOTS = ROOT / "target" / "e2e" / "screenshots"
SIZES = {1280: {"width": 1280, "height": 900}, 390: {"width": 390, "height": 844}}
SOUND = (Path(__file__).with_name("sound.js")).read_text()
PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]


def chromium():
    """Path of a Chromium, or none."""
    named = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    return next((path for path in [*PROGRAMS, *named] if path and Path(path).exists()), None)


class Browser:
    """One Chromium for all tests."""

    def __init__(self):
        self.playwright = sync_playwright().start()
        self.chromium = self.playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )

    def visit(self, shop, width, scheme="light"):
        """A fresh visitor: no cookies, nothing remembered."""
        return Visit(self, shop, width, scheme)

    def close(self):
        self.chromium.close()
        self.playwright.stop()


class Visit:
    """A visitor with one page. `goto`, `sound`, `picture`; `page` is Playwright's."""

    def __init__(self, browser, shop, width, scheme):
        self.shop, self.width, self.scheme = shop, width, scheme
        self.context = browser.chromium.new_context(
            viewport=SIZES[width],
            color_scheme=scheme,
            is_mobile=width < 600,
            has_touch=width < 600,
            reduced_motion="reduce",
            locale="en-GB",
        )
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.problems = []
        self.expected = set()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("response", self._response)

    def _console(self, message):
        # A failed request is judged by its answer, below.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _response(self, answer):
        if answer.status >= 400 and answer.status not in self.expected:
            self.problems.append(f"{answer.status} {answer.request.method} {answer.url}")

    def goto(self, path):
        return self.page.goto(path if path.startswith("http") else f"{self.shop.url}{path}")

    def sound(self, name=None):
        """The page is fit to use, and nothing has gone wrong on the way here; keeps a picture under `name`."""
        self.page.wait_for_load_state("load")
        if name:
            self.picture(name)
        wrong = self.page.evaluate(f"({SOUND})()")
        assert wrong == [], f"{self.page.url} at {self.width} ({self.scheme}): {wrong}"
        assert self.problems == []

    def picture(self, name):
        dark = "-dark" if self.scheme == "dark" else ""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}{dark}-{self.width}.png", full_page=True)

    def log_in_as_admin(self, to="/admin/orders"):
        self.goto(f"/admin/login?redirect_to={to}")
        self.page.fill("input[name=log]", ADMIN)
        self.page.fill("input[name=pwd]", PASSWORD)
        self.page.click("button[type=submit], form button")
        self.page.wait_for_url(f"**{to}")

    def close(self):
        self.context.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *unused):
        self.close()
        assert kind is not None or self.problems == []
