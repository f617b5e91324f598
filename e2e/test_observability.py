"""What a running shop tells of itself: its log, its figures, its traces; and what it keeps to itself."""

import json
import re

import requests

from harness.buyer import Buyer
from harness.collector import Collector
from harness.selling import Funnel
from harness.shopper import ADDRESS, PAYS
from harness.waiting import until

EMAIL = "grace.hopper@harbour-mail.org"
REQUEST = "payment-of-a-test-0001"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TOKEN = "a-token-for-the-scraper"
MINUTES = 60


def restarted(shop, **settings):
    shop.stop()
    shop.log.unlink()
    return shop.start(**settings)


def lines(shop):
    """The log's lines; each must be JSON, but for what a start prints."""
    found = []
    for line in shop.log.read_text().splitlines():
        if not line.startswith(("Serving ", "First start: ")):
            found.append(json.loads(line))
    return found


def bought(shop, headers):
    """A shopper pays; only the request that pays carries `headers`."""
    buyer = Buyer(shop, Funnel(shop), EMAIL)
    buyer.fill_cart()
    form = buyer.payment()
    # No redirect is followed: the next page would be a request of its own.
    pay = f"{shop.url}{buyer.funnel.path}/pay"
    answer = buyer.session.post(pay, data=form, headers=headers, allow_redirects=False, timeout=60)
    assert answer.status_code in (302, 303), answer.text
    return buyer, answer


def sample(page, name, **labels):
    """The sum of a figure's samples that carry the labels."""
    total = 0.0
    for line in page.splitlines():
        found = re.fullmatch(rf"{name}(\{{.*\}})? ([0-9.]+)", line)
        if found and all(f'{key}="{value}"' in (found[1] or "") for key, value in labels.items()):
            total += float(found[2])
    return total


def test_a_request_id_goes_through_to_the_gateway_and_to_what_follows(shop):
    restarted(shop, CARTWRIGHT_LOG="info,runtime=debug", CARTWRIGHT_LOG_FORMAT="json")
    buyer, answer = bought(shop, {"X-Request-Id": REQUEST})
    assert answer.headers["X-Request-Id"] == REQUEST

    def of(text):
        return [line for line in lines(shop) if line["message"] == text and line.get("request_id") == REQUEST]

    (call,) = until(lambda: of("a gateway answered"), what="the gateway's line")
    assert (call["gateway"], call["operation"], call["outcome"]) == ("test", "charge", "succeeded")
    (request,) = until(lambda: of("answered"), what="the request's line")
    assert (request["method"], request["route"]) == ("POST", "/checkout/{funnel}/pay")
    until(
        lambda: [line for line in of("an event was delivered") if line["subscriber"].startswith("loyalty.")],
        what="the line of a delivery that the order caused",
    )
    # What a captured address leaves behind is a job, due at once.
    other = Buyer(shop, buyer.funnel, "left.behind@harbour-mail.org")
    other.fill_cart()
    captured = other.session.post(
        f"{shop.url}/wp-json/ocart/v1/checkout/capture",
        json={"email": other.email, "consent": True},
        headers={"X-Request-Id": "capture-of-a-test-0002"},
        timeout=60,
    )
    assert captured.status_code == 201, captured.text

    def jobs():
        done = [line for line in lines(shop) if line["message"] == "a job was done"]
        return [line["kind"] for line in done if line.get("request_id") == "capture-of-a-test-0002"]

    assert "recovery.project_session" in until(jobs, what="the job's line")
    log = shop.log.read_text()
    private = [EMAIL, "left.behind@", PAYS, shop.key, *(ADDRESS[name] for name in ("address_1", "postcode"))]
    private += [cookie.value for visitor in (buyer, other) for cookie in visitor.session.cookies]
    private.append(answer.headers["Location"].rsplit("/", 1)[1])
    for text in private:
        assert text not in log, f"{text} stands in the log"
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w+", log), "a mail address stands in the log"


def test_figures_are_there_for_whoever_may_see_them(shop):
    restarted(shop, CARTWRIGHT_METRICS_TOKEN=TOKEN)
    address = f"{shop.url}/metrics"
    assert requests.get(address, timeout=10).status_code == 403
    assert requests.get(address, headers={"Authorization": "Bearer something-else"}, timeout=10).status_code == 403
    bought(shop, {})

    def page():
        answer = requests.get(address, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return answer.text

    assert sample(page(), "cartwright_requests_total", route="/checkout/{funnel}/pay", method="POST", status="303") == 1
    charged = {"gateway": "test", "operation": "charge", "outcome": "succeeded"}
    assert sample(page(), "cartwright_gateway_calls_total", **charged) == 1
    until(lambda: sample(page(), "cartwright_deliveries_total", outcome="done") > 3, what="counted deliveries")
    until(lambda: sample(page(), "cartwright_outbox_deliveries", state="pending") == 0, what="an empty outbox")
    shop.clock.move(10 * MINUTES)
    until(lambda: sample(page(), "cartwright_schedule_runs_total", outcome="done") > 3, what="counted schedules")
    assert sample(page(), "cartwright_units_total", verb="write", outcome="done") > 10
    assert EMAIL not in page()


def test_traces_reach_a_collector(shop):
    collector = Collector()
    try:
        restarted(shop, CARTWRIGHT_OTLP_URL=collector.url)
        bought(shop, {"traceparent": f"00-{TRACE}-{SPAN}-01"})
        server = "POST /checkout/{funnel}/pay"
        collector.wait_for(TRACE, {server, "gateway charge", "write", "read"})
        # What is not sent yet is sent before the server ends.
        shop.stop()
        spans = collector.of(TRACE)
        by_id = {span["spanId"]: span for span in spans}
        (request,) = [span for span in spans if span["name"] == server]
        assert (request["parentSpanId"], request["kind"]) == (SPAN, 2)
        (charge,) = [span for span in spans if span["name"] == "gateway charge"]
        above = charge
        while above["parentSpanId"] in by_id:
            above = by_id[above["parentSpanId"]]
        assert above is request, "the gateway was called within the request"
        assert charge["kind"] == 3
        assert any(span["kind"] == 5 for span in spans), "what the request left behind belongs to its trace"
        for span in spans:
            assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
            assert abs(int(span["startTimeUnixNano"]) / 1e9 - shop.now()) < 120
        assert all(one["service.name"] == "cartwright" for one in collector.resources)
        assert collector.refused == []
        assert EMAIL not in json.dumps(collector.spans)
    finally:
        collector.stop()
    # Nobody listens there now: the shop does not mind.
    shop.start(CARTWRIGHT_OTLP_URL=collector.url)
    assert requests.get(f"{shop.url}/shop", timeout=10).status_code == 200
    until(lambda: "the collector does not take spans" in shop.log.read_text(), what="a line in the log")


def test_doctor_sees_a_clock_that_is_wrong(shop):
    shop.let_pass(2 * 60 * MINUTES)
    if "mysql" not in shop.database.url:
        shop.clock.move(-2 * 60 * MINUTES)
    done = shop.cli("doctor", ok=False)
    assert done.returncode == 1
    (found,) = [line for line in done.stdout.splitlines() if line.startswith("FAILED") and "clock" in line]
    assert "NTP" in found and ("ahead of the database's" in found or "behind what has been written" in found)
