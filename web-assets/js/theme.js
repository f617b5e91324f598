// Light or dark: the system's choice unless the reader has chosen. Runs before the first paint, hence in the head.
(function () {
  "use strict";
  var root = document.documentElement;
  // Within a page of the shop, whose own menu stands beside it.
  if (window.top !== window) root.dataset.framed = "";
  var stored = null;
  try { stored = localStorage.getItem("theme"); } catch (_) { /* storage is off: the system's choice stands */ }
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function show() {
    document.querySelectorAll("[data-theme-toggle]").forEach(function (button) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(isDark()));
    });
  }

  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", function (event) {
    if (!event.target.closest || !event.target.closest("[data-theme-toggle]")) return;
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch (_) { /* chosen for this page only */ }
    show();
  });
})();
