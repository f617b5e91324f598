"""The server's side of the link, as small as it can be: pairs, signs, verifies, takes announcements. It stands in for the
server where the plugin is tried alone, and writes exchanges down."""

import argparse
import base64
import hashlib
import hmac
import json
import secrets
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAMESPACE = "/cartwright/v1"


def digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def signature(secret: bytes, path: str, moment: str, nonce: str, site: str, body: bytes) -> str:
    lines = ["POST", path, moment, nonce, site, hashlib.sha256(body).hexdigest()]
    return digest(secret, "\n".join(lines))


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Refused(Exception):
    """What the other side answered when it did not do it."""

    def __init__(self, status: int, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


class Store:
    """Calls to the store."""

    def __init__(self, address: str, site: str = "", key: str = "", secret: bytes = b""):
        self.address, self.site, self.key, self.secret = address.rstrip("/"), site, key, secret
        self.exchanges: list = []

    def send(self, route: str, body, headers=None, timeout: float = 30):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self.address}/?rest_route={NAMESPACE}{route}"
        request = urllib.request.Request(url, data=text, headers={"Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                status, content = answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            status, content = refusal.code, refusal.read()
        try:
            answer = json.loads(content)
        except ValueError:
            raise Refused(status, content[:300]) from None
        if not isinstance(body, bytes):
            self.exchanges.append({"route": route, "body": body, "status": status, "answer": answer})
        if status != 200:
            raise Refused(status, answer)
        return answer

    def headers(self, route: str, text: bytes, **changed):
        values = {"key": self.key, "site": self.site, "time": str(int(time.time())), "nonce": secrets.token_hex(16)}
        values.update({name: value for name, value in changed.items() if name in values})
        signed = signature(self.secret, NAMESPACE + route, values["time"], values["nonce"], values["site"], text)
        values["signature"] = changed.get("signature", signed)
        return {f"X-Cartwright-{name.title()}": value for name, value in values.items()}

    def call(self, route: str, body=None, **changed):
        body = {} if body is None else body
        text = json.dumps(body).encode()
        return self.send(route, body, self.headers(route, text, **changed))

    def host(self, operation: str, **arguments):
        return self.call(f"/host/{operation}", arguments)["result"]

    def pair(self, code: str, own_address: str):
        """Types a code here that was made in the store."""
        _, address, raw = code.split(".")
        self.address, secret = decode(address).decode().rstrip("/"), decode(raw)
        nonce = secrets.token_hex(16)
        proof = digest(secret, f"pair\n\n{own_address}\n{nonce}")
        answer = self.send("/pair", {"site": "", "address": own_address, "nonce": nonce, "proof": proof})
        expected = digest(secret, f"paired\n{nonce}\n{answer['nonce']}\n{answer['key']}\n{answer['site']}")
        if not hmac.compare_digest(expected, answer["proof"]):
            raise ValueError("the store does not know the code")
        self.site, self.key = answer["site"], answer["key"]
        self.secret = bytes.fromhex(digest(secret, f"secret\n{nonce}\n{answer['nonce']}\n{answer['key']}"))
        return self

    def saved(self):
        return {"address": self.address, "site": self.site, "key": self.key, "secret": self.secret.hex()}

    @classmethod
    def load(cls, saved):
        return cls(saved["address"], saved["site"], saved["key"], bytes.fromhex(saved["secret"]))


class Server(ThreadingHTTPServer):
    """Takes the store's calls. `answer` may be replaced to misbehave."""

    daemon_threads = True

    def __init__(self, port: int, store: Store):
        super().__init__(("127.0.0.1", port), Handler)
        self.store, self.events, self.deliveries, self.problems = store, [], [], []
        self.answer = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def start(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def take(self, route: str, body):
        if route == "/events":
            self.events.extend(body["events"])
            return {"accepted": [event["id"] for event in body["events"]]}
        if route == "/hello":
            return {"server": "counterpart", "public_url": self.address}
        if route == "/keys":
            if not body.get("revoke"):
                next_secret = digest(self.store.secret, f"rotate\n{body['nonce']}\n{body['key']}")
                self.store.key, self.store.secret = body["key"], bytes.fromhex(next_secret)
            return {"key": "" if body.get("revoke") else body["key"]}
        return {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):  # noqa: N802
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        route = self.path.removeprefix("/wp-json" + NAMESPACE)
        store = self.server.store
        header = {name: self.headers.get(f"X-Cartwright-{name.title()}", "") for name in ("key", "site", "time", "nonce", "signature")}
        expected = signature(store.secret, NAMESPACE + route, header["time"], header["nonce"], store.site, text)
        if header["key"] != store.key or not hmac.compare_digest(expected, header["signature"]):
            self.server.problems.append(f"{route}: bad signature")
            return self.reply(401, {"code": "cartwright_signature", "message": "The signature differs.", "data": {"status": 401}})
        body = json.loads(text)
        if self.server.answer is not None:
            return self.server.answer(self, route, body)
        answer = self.server.take(route, body)
        self.server.deliveries.append({"route": route, "body": body, "answer": answer})
        return self.reply(200, answer)

    def reply(self, status: int, body, content_type="application/json"):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description="Pairs with a store by a code made there; then calls it, or takes its calls.")
    parser.add_argument("--port", type=int, default=8199)
    parser.add_argument("--link", default="link.json", help="where the key is kept")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("pair").add_argument("code")
    call = commands.add_parser("call")
    call.add_argument("operation")
    call.add_argument("arguments", nargs="?", default="{}")
    commands.add_parser("listen")
    options = parser.parse_args()
    if options.command == "pair":
        store = Store("").pair(options.code, f"http://127.0.0.1:{options.port}")
        with open(options.link, "w", encoding="utf-8") as file:
            json.dump(store.saved(), file)
        return 0
    with open(options.link, encoding="utf-8") as file:
        store = Store.load(json.load(file))
    if options.command == "call":
        try:
            print(json.dumps(store.host(options.operation, **json.loads(options.arguments)), indent=1))
        except Refused as refused:
            print(refused)
            return 1
        return 0
    server = Server(options.port, store)
    server.start()
    seen = 0
    while True:
        time.sleep(0.2)
        for event in server.events[seen:]:
            print(json.dumps(event)[:400], flush=True)
        seen = len(server.events)
        for problem in server.problems:
            print(problem, file=sys.stderr)
        server.problems.clear()


if __name__ == "__main__":
    sys.exit(main())
