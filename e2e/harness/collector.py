"""An OpenTelemetry collector that keeps what it is sent: OTLP over HTTP, as JSON."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness.waiting import until


class Collector:
    """Listens on a free port of 127.0.0.1; `spans` are dictionaries as they came, `resources` whose they are."""

    def __init__(self):
        self.lock = threading.Lock()
        self.spans, self.resources, self.refused = [], [], []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802 (the name is the library's)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.take(self.path, self.headers["Content-Type"], body)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def take(self, path, kind, body):
        with self.lock:
            if path != "/v1/traces" or kind != "application/json":
                self.refused.append((path, kind))
                return
            for resource in json.loads(body)["resourceSpans"]:
                attributes = resource["resource"]["attributes"]
                self.resources.append({one["key"]: one["value"]["stringValue"] for one in attributes})
                for scope in resource["scopeSpans"]:
                    self.spans.extend(scope["spans"])

    def of(self, trace):
        """The spans of a trace so far."""
        with self.lock:
            return [span for span in self.spans if span["traceId"] == trace]

    def wait_for(self, trace, names, seconds=20):
        """The spans of a trace, by name, once every one of `names` is among them."""

        def found():
            spans = self.of(trace)
            return set(names) <= {span["name"] for span in spans} and spans

        return until(found, seconds, f"the spans {names} of {trace}")

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
