/* The box in the frame: suggestions as one types (htmx fetches them), arrows to go through them, Enter to open, Escape to
   shut. Without JavaScript it is a form that leads to the search page. */
(function () {
  "use strict";
  const box = document.querySelector(".topsearch input[name=q]");
  const place = document.querySelector("#suggestion-place");
  if (!box || !place) return;
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "suggestion-place");
  box.setAttribute("aria-expanded", "false");
  const options = () => [...place.querySelectorAll("[role=option]")];
  const chosen = () => place.querySelector("[aria-selected=true]");
  const shut = () => {
    place.replaceChildren();
    told();
  };
  const told = () => {
    box.setAttribute("aria-expanded", String(options().length > 0));
    if (!chosen()) box.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => {
    options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (option) box.setAttribute("aria-activedescendant", option.id);
    told();
  };
  new MutationObserver(told).observe(place, { childList: true });
  box.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "Escape" && all.length) {
      event.preventDefault(); // the browser would empty the box as well
      shut();
    }
    if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      window.location.assign(chosen().dataset.url);
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const at = all.indexOf(chosen());
      choose(all[(at + step + all.length + (at < 0 && step < 0 ? 1 : 0)) % all.length]);
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".topsearch")) shut();
  });
})();
