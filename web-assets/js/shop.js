// The storefront's comforts: forms that swap what changed, the variation picker, spacing of card numbers, countdowns.
// Every page works without them.
(function () {
  "use strict";

  function say(text) {
    var live = document.getElementById("live");
    if (live) live.textContent = text;
  }

  // Puts the parts of an answered page that this page has too in their place, and keeps the reader's focus. What holds typed
  // fields (data-own) is changed by the answer to its own form only; `names` narrows to some parts.
  function swap(page, form, names) {
    var focused = document.activeElement && document.activeElement.id;
    var swapped = 0;
    page.querySelectorAll("[data-fragment]").forEach(function (fresh) {
      var old = document.querySelector('[data-fragment="' + CSS.escape(fresh.dataset.fragment) + '"]');
      if (!old || (names && !names.includes(fresh.dataset.fragment))) return;
      if (old.hasAttribute("data-own") && !(form && form.contains(old))) return;
      old.replaceWith(document.adoptNode(fresh));
      swapped += 1;
    });
    if (focused && document.activeElement === document.body) {
      var again = document.getElementById(focused);
      if (again) again.focus({ preventScroll: true });
    }
    var notice = document.querySelector("#notices .notice");
    if (notice) say(notice.textContent.trim());
    ready();
    return swapped;
  }

  // A notice is shown once, and this answer has used it up: it goes along to the page that is opened next.
  function keepNotice(page) {
    var notice = page.querySelector("#notices .notice");
    try {
      if (notice) sessionStorage.setItem("notice", JSON.stringify([notice.className, notice.textContent.trim()]));
    } catch (_) { /* storage is off: the page opens without it */ }
  }

  function showKeptNotice() {
    var kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem("notice"));
      sessionStorage.removeItem("notice");
    } catch (_) { return; }
    var place = document.getElementById("notices");
    if (!kept || !place) return;
    var notice = document.createElement("p");
    notice.className = kept[0];
    notice.textContent = kept[1];
    place.append(notice);
  }

  function busy(form, on) {
    form.classList.toggle("is-busy", on);
    if (on) form.setAttribute("aria-busy", "true"); else form.removeAttribute("aria-busy");
  }

  // The answer to a form is a whole page (after a redirect, as without scripts); its fragments replace ours.
  async function send(form, submitter) {
    var fields = new FormData(form, submitter || undefined);
    var method = (submitter && submitter.formMethod || form.method || "get").toLowerCase();
    var address = new URL(submitter && submitter.hasAttribute("formaction") ? submitter.formAction : form.action, location.href);
    var options = { method: method.toUpperCase(), credentials: "same-origin", headers: { Accept: "text/html" } };
    if (method === "get") address.search = new URLSearchParams(fields).toString();
    else if (form.enctype === "multipart/form-data") options.body = fields;
    else options.body = new URLSearchParams(fields);
    form.dataset.sent = "1";
    busy(form, true);
    try {
      var answer = await fetch(address, options);
      var page = new DOMParser().parseFromString(await answer.text(), "text/html");
      var elsewhere = answer.redirected && new URL(answer.url).pathname !== location.pathname && !form.dataset.enhance;
      if (elsewhere || swap(page, form) === 0) {
        if (answer.redirected) {
          keepNotice(page);
          location.assign(answer.url);
        }
        else if (answer.ok) location.reload();
        else document.documentElement.replaceWith(document.adoptNode(page.documentElement));
      }
    } catch (_) {
      say("The shop could not be reached. Please try again.");
    } finally {
      delete form.dataset.sent;
      busy(form, false);
    }
  }

  // What the cart comes to follows the address as it is typed: <form data-quote="…">. The card's number stays here.
  var quoteTimer = 0;
  var quotes = 0;
  var PLACE = ["country", "state", "postcode", "city"];

  async function quote(form) {
    var mine = quotes += 1;
    var fields = new FormData(form);
    fields.delete("card_number");
    try {
      var options = { method: "POST", credentials: "same-origin", headers: { Accept: "text/html" }, body: new URLSearchParams(fields) };
      var answer = await fetch(form.dataset.quote, options);
      if (!answer.ok || answer.redirected || mine !== quotes || form.dataset.sent) return;
      swap(new DOMParser().parseFromString(await answer.text(), "text/html"), form, ["messages", "summary", "pay"]);
    } catch (_) { /* the total is told when the form is sent */ }
  }

  ["input", "change"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var form = event.target.form;
      if (!form || !form.dataset.quote || !PLACE.includes(event.target.name)) return;
      clearTimeout(quoteTimer);
      quoteTimer = setTimeout(function () { quote(form); }, kind === "change" ? 0 : 500);
    });
  });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    var asked = event.submitter && event.submitter.dataset.confirm || form.dataset.confirm;
    if (form.dataset.sent || (asked && !window.confirm(asked))) {
      event.preventDefault();
      return;
    }
    if (form.hasAttribute("data-enhance") && !(event.submitter && event.submitter.hasAttribute("data-plain"))) {
      event.preventDefault();
      send(form, event.submitter);
    } else if (form.hasAttribute("data-submit-once")) {
      form.dataset.sent = "1";
      busy(form, true);
      say("One moment …");
    }
  });

  // A page brought back from the browser's memory may be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      busy(form, false);
    });
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submit-on-change]") && event.target.form) event.target.form.requestSubmit();
    var form = event.target.closest("form[data-variations]");
    if (form) pick(form);
  });

  // The list of variations stands in the form as JSON:
  // [{"id", "attributes": {"attribute_pa_color": "blue", ...}, "price", "price_old", "stock", "in_stock", "image"}]; "" matches any.
  function pick(form) {
    var data = form.querySelector('script[type="application/json"]');
    if (!data) return;
    var names = Array.from(form.querySelectorAll("[data-attribute]"));
    var chosen = names.filter(function (input) { return input.type !== "radio" || input.checked; });
    var complete = chosen.length > 0 && chosen.every(function (input) { return input.value !== ""; });
    var found = complete && JSON.parse(data.textContent).find(function (variation) {
      return chosen.every(function (input) {
        var wanted = variation.attributes[input.dataset.attribute];
        return !wanted || wanted === input.value;
      });
    });
    show(form, complete, found || null);
  }

  // What the page said before anything was chosen.
  var firstPrices = new WeakMap();

  function oldPrice(text) {
    var old = document.createElement("del");
    old.className = "price-old";
    old.textContent = text;
    return old;
  }

  function show(form, complete, variation) {
    var scope = form.closest(".product-page") || document;
    var price = scope.querySelector("[data-variation-price]");
    var stock = scope.querySelector("[data-variation-stock]");
    var button = form.querySelector("[type=submit]");
    var picture = scope.querySelector("[data-variation-image]");
    var id = form.querySelector("[name=variation_id]");
    if (price) {
      if (!firstPrices.has(price)) firstPrices.set(price, { nodes: Array.from(price.childNodes), onSale: price.classList.contains("on-sale") });
      var first = firstPrices.get(price);
      price.classList.toggle("on-sale", variation ? Boolean(variation.price_old) : first.onSale);
      if (!variation) price.replaceChildren.apply(price, first.nodes);
      else price.replaceChildren.apply(price, variation.price_old ? [oldPrice(variation.price_old), " " + variation.price] : [variation.price]);
    }
    if (stock) {
      stock.textContent = variation ? variation.stock || "" : complete ? "This combination is not made." : "";
      stock.classList.toggle("stock-out", complete && !(variation && variation.in_stock !== false));
    }
    if (id) id.value = variation ? variation.id : "";
    if (picture && variation && variation.image) picture.src = variation.image;
    if (button) button.disabled = complete && !(variation && variation.in_stock !== false);
  }

  document.addEventListener("input", function (event) {
    var input = event.target;
    if (!input.matches("input[data-card]")) return;
    var before = input.value.slice(0, input.selectionStart).replace(/\D/g, "").length;
    input.value = input.value.replace(/\D/g, "").slice(0, 19).replace(/(.{4})(?=.)/g, "$1 ");
    var place = 0;
    for (var seen = 0; seen < before && place < input.value.length; place += 1) if (/\d/.test(input.value[place])) seen += 1;
    input.setSelectionRange(place, place);
  });

  // <p class="countdown" data-seconds-left="300"><span data-countdown>5:00</span></p>
  function count(element) {
    var end = Date.now() + Number(element.dataset.secondsLeft) * 1000;
    element.dataset.counting = "1";
    var shown = element.querySelector("[data-countdown]") || element;
    var timer = setInterval(tick, 1000);
    function tick() {
      var left = Math.max(0, Math.round((end - Date.now()) / 1000));
      shown.textContent = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
      if (left === 0 || !element.isConnected) clearInterval(timer);
    }
    tick();
  }

  // Somebody looks at the cart that a restore link brought back; a program that only follows links does not get here.
  function tellRestored() {
    var address = new URL(location.href);
    if (!address.searchParams.has("restored")) return;
    address.searchParams.delete("restored");
    history.replaceState(history.state, "", address);
    var headers = { Accept: "application/json" };
    var nonce = document.querySelector('meta[name="rest-nonce"]');
    if (nonce) headers["X-WP-Nonce"] = nonce.content;
    var tell = function () {
      fetch("/wp-json/ocart/v1/checkout/restored", { method: "POST", credentials: "same-origin", keepalive: true, headers: headers })
        .catch(function () { /* the checkout's form tells it again */ });
    };
    if (document.prerendering) document.addEventListener("prerenderingchange", tell, { once: true });
    else tell();
  }

  function ready() {
    document.querySelectorAll("form[data-variations]").forEach(pick);
    document.querySelectorAll("[data-seconds-left]:not([data-counting])").forEach(count);
  }
  document.addEventListener("DOMContentLoaded", function () {
    showKeptNotice();
    tellRestored();
    ready();
  });
})();
