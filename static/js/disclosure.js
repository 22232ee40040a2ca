/* Menus, filter bars and tips are <details>, which open by themselves. This closes them again: a click elsewhere, Escape,
   another menu; and folds the filters of a list on a phone. It also brings the error summary into view. */
(function () {
  "use strict";
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");

  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      const within = menu.contains(document.activeElement);
      menu.open = false;
      if (within) menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("focusin", (event) => {
    openMenus().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  /* A tip that would stand beyond the right edge opens to the left. */
  document.addEventListener("toggle", (event) => {
    const tip = event.target.open && event.target.querySelector(":scope > .deadline-tip");
    if (tip && tip.getBoundingClientRect().right > document.documentElement.clientWidth) tip.classList.add("flip");
  }, true);

  function settle(root) {
    const narrow = window.matchMedia("(max-width: 767.98px)").matches;
    if (narrow) root.querySelectorAll("details[data-open-wide]").forEach((filters) => { filters.open = false; });
    const summary = root.querySelector("[data-focus-first]");
    if (summary) summary.focus();
  }

  settle(document);
  document.addEventListener("htmx:after:swap", () => settle(document));
})();
