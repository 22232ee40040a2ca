/* Short notices at the edge of the page: dudao.toast(text, {tone, sticky, key, link: {label, url}}). Also lets people
   close the messages that the server put into the page. */
window.dudao = window.dudao || {};

(function (dudao) {
  "use strict";

  dudao.svg = function (name) {
    const ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    const use = document.createElementNS(ns, "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
    svg.append(use);
    return svg;
  };

  dudao.el = function (tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  function closeButton(target) {
    const button = dudao.el("button", { type: "button", class: "icon-btn", "aria-label": "关闭提示" }, dudao.svg("x"));
    button.addEventListener("click", () => target.remove());
    return button;
  }

  dudao.toast = function (text, options = {}) {
    const box = document.getElementById("toasts");
    if (!box) return null;
    if (options.key) dudao.dismissToast(options.key);
    const line = dudao.el("div", { class: `toast-line is-${options.tone || "info"}` }, dudao.el("span", {}, text));
    if (options.key) line.dataset.key = options.key;
    if (options.link) line.append(dudao.el("a", { href: options.link.url }, options.link.label));
    line.append(closeButton(line));
    box.append(line);
    if (!options.sticky) setTimeout(() => line.remove(), 8000);
    return line;
  };

  dudao.dismissToast = function (key) {
    document.querySelectorAll("#toasts .toast-line").forEach((line) => {
      if (line.dataset.key === key) line.remove();
    });
  };

  document.querySelectorAll("[data-dismissible]").forEach((note) => note.append(closeButton(note)));
})(window.dudao);
