// The admin's small comforts. Every page works without them.
(function () {
  "use strict";

  function say(text) {
    var live = document.getElementById("live");
    if (live) live.textContent = text;
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    var asked = event.submitter && event.submitter.dataset.confirm || form.dataset.confirm;
    if (asked && !window.confirm(asked)) {
      event.preventDefault();
      return;
    }
    if (!form.hasAttribute("data-submit-once")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.classList.add("is-busy");
    form.setAttribute("aria-busy", "true");
  });

  // A page brought back from the browser's memory may be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.classList.remove("is-busy");
      form.removeAttribute("aria-busy");
    });
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (button) {
      var source = button.dataset.copy.charAt(0) === "#" ? document.querySelector(button.dataset.copy) : null;
      var text = source ? (source.value || source.textContent).trim() : button.dataset.copy;
      navigator.clipboard.writeText(text).then(function () { say("Copied."); }, function () { say("Could not be copied."); });
    }
    document.querySelectorAll("details.topbar-menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.topbar-menu[open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });
})();
