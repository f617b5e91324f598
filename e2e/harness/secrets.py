"""What the tests have shown to servers and been shown by them, and the logs in which none of it may stand."""

import base64
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

LOGS = []
SEEN = {}
FIELDS = r"(?:password|pwd|user_pass|card_number|token|capture_token|order_key|_csrf|cart_token)"
PLACES = re.compile(r"/(?:offer|restore|unsubscribe|reset-password)/([^/?#]+)|/order/\d+/([^/?#]+)")
# Shorter ones stand in anything; these stand in answers on purpose or are no secrets.
SHORTEST = 12
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}")


def keep(log):
    if log not in LOGS:
        LOGS.append(log)


def remember(kind, value):
    if isinstance(value, str) and len(value) >= SHORTEST:
        SEEN.setdefault(value, kind)


# What the program is given in its environment and must keep to itself, and where a password stands in an address.
GIVEN = ["SECRET_KEY", "ADMIN_PASSWORD", "METRICS_TOKEN", "WORDPRESS_KEY", "TEST_GATEWAY_WEBHOOK_SECRET"]
ADDRESSES = ["DATABASE_URL", "SMTP_URL", "TEST_GATEWAY_URL", "OTLP_URL"]


def given(environment):
    """Takes down the secrets of a server's environment."""
    for name in GIVEN:
        remember(name.lower().replace("_", " "), environment.get(f"CARTWRIGHT_{name}"))
    # The secret alone, where its name stands before it.
    remember("wordpress key", environment.get("CARTWRIGHT_WORDPRESS_KEY", "").partition(":")[2])
    for name in ADDRESSES:
        password = urlsplit(environment.get(f"CARTWRIGHT_{name}", "")).password or ""
        remember(f"password of {name.lower()}", password)
        remember(f"password of {name.lower()}", unquote(password))


def kept_in(environment):
    """Takes down the key that the server has made for itself, once it is there."""
    file = Path(environment.get("CARTWRIGHT_SECRET_KEY_FILE", ""))
    if file.is_file():
        remember("secret key file", file.read_text().strip())


def note(answer):
    """Takes down the secrets of one exchange."""
    request = answer.request
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        remember("password", base64.b64decode(header[6:]).decode("utf-8", "replace").partition(":")[2])
    for headers in [request.headers, answer.headers]:
        remember("cart token", headers.get("Cart-Token"))
    for cookie in answer.cookies:
        if cookie.name in ("cartwright_session", "cartwright_cart"):
            remember(cookie.name, cookie.value)
    for groups in PLACES.findall(answer.url):
        for value in groups:
            remember("link", value)
    body = request.body if isinstance(request.body, str) else (request.body or b"")[:20_000].decode("utf-8", "replace")
    for value in re.findall(rf'"{FIELDS}": *"([^"\\]+)"', body) + re.findall(rf"(?:^|&){FIELDS}=([^&]+)", body):
        remember("field", value)


def watch():
    """From now on every exchange of `requests` is taken down."""
    send = requests.Session.send

    def sending(session, request, **options):
        answer = send(session, request, **options)
        if "127.0.0.1" in request.url:
            note(answer)
        return answer

    requests.Session.send = sending


def leaks(text):
    """Lines of a log that hold what they must not."""
    found = [f"{kind}: {value}" for value, kind in SEEN.items() if value in text]
    return found + [f"address: {address}" for address in set(ADDRESS.findall(text))]
