// A typed e-mail address is kept for a reminder of the cart, and only when the shopper has ticked the consent box:
// <input type="email" data-capture data-capture-url="…" data-capture-debounce="800"> and <input type="checkbox" id="consent">.
(function () {
  "use strict";
  var sent = "";
  // A box that is ticked at the start may stand for an address that is kept already.
  var box = document.getElementById("consent");
  var kept = Boolean(box && box.checked);

  function reading() {
    var input = document.querySelector("input[data-capture]");
    var consent = document.getElementById("consent");
    if (!input || !consent || !consent.checked) return null;
    var email = input.value.trim();
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(email) || !input.checkValidity()) return null;
    return { url: input.dataset.captureUrl, email: email };
  }

  function post(found, leaving, consent) {
    var headers = { "Content-Type": "application/json", Accept: "application/json" };
    var nonce = document.querySelector('meta[name="rest-nonce"]');
    if (nonce) headers["X-WP-Nonce"] = nonce.content;
    return fetch(found.url, {
      method: "POST",
      credentials: "same-origin",
      keepalive: leaving,
      headers: headers,
      body: JSON.stringify({ email: found.email, consent: consent !== false })
    });
  }

  // The box was unticked after an address was kept: it is forgotten.
  function withdraw() {
    var input = document.querySelector("input[data-capture]");
    if (!input || !input.dataset.captureUrl || !(sent || kept)) return;
    sent = "";
    kept = false;
    post({ url: input.dataset.captureUrl, email: "" }, true, false).catch(function () { /* the form says so again */ });
  }

  function capture(leaving) {
    clearTimeout(timer);
    var consent = document.getElementById("consent");
    if (consent && !consent.checked) return withdraw();
    var found = reading();
    if (!found || !found.url || found.email === sent) return;
    sent = found.email;
    post(found, leaving).catch(function () {
      // The network, not the shop's answer: once more.
      setTimeout(function () {
        post(found, true).catch(function () { if (sent === found.email) sent = ""; });
      }, 1500);
    });
  }

  var timer = 0;
  function soon(event) {
    if (!event.target.matches || !event.target.matches("input[data-capture], #consent")) return;
    var input = document.querySelector("input[data-capture]");
    if (!input) return;
    clearTimeout(timer);
    timer = setTimeout(capture, Number(input.dataset.captureDebounce) || 800, false);
  }

  document.addEventListener("input", soon);
  document.addEventListener("change", soon);
  window.addEventListener("pagehide", function () { capture(true); });
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") capture(true); });
})();
