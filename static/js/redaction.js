/* The redaction editor by keyboard, and boxes drawn on photos. Without this script the same is done by links and fields. */
(function () {
  "use strict";
  const flags = () => Array.from(document.querySelectorAll("[data-flag].is-open"));

  function current() {
    const inside = document.activeElement && document.activeElement.closest("[data-flag]");
    return inside || (location.hash.startsWith("#flag-") ? document.querySelector(location.hash) : null);
  }

  function step(by) {
    const all = flags();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[at < 0 ? 0 : (at + by + all.length) % all.length];
    history.replaceState(null, "", `#${next.id}`);
    next.focus();
    next.scrollIntoView({ block: "center" });
  }

  function keep() {
    const field = current() && current().querySelector("[data-reason]");
    if (!field) return;
    field.closest("details").open = true;
    field.focus();
  }

  function mask() {
    const button = current() && current().querySelector("[data-mask]");
    if (button) button.click();
  }

  const keys = { n: () => step(1), p: () => step(-1), m: mask, k: keep };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [role=dialog]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key.toLowerCase()]) return;
    event.preventDefault();
    keys[event.key.toLowerCase()]();
  });
  document.querySelectorAll("[data-keys]").forEach((hint) => { hint.hidden = false; });
  document.querySelectorAll("[data-next-flag]").forEach((link) => {
    link.addEventListener("click", (event) => { event.preventDefault(); step(1); });
  });
  if (location.hash.startsWith("#flag-")) {
    const target = document.querySelector(location.hash);
    if (target) target.focus({ preventScroll: true });
  }

  /* A rectangle dragged on a photo becomes a line of its field: left, top, width, height in percent. */
  const percent = (part) => Math.round(part * 1000) / 10;

  function show(frame, field) {
    frame.querySelectorAll(".photo-box").forEach((box) => box.remove());
    field.value.split("\n").forEach((line) => {
      const [left, top, width, height] = line.split(/[,，]/).map(Number);
      if (![left, top, width, height].every(Number.isFinite)) return;
      const box = document.createElement("div");
      box.className = "photo-box";
      Object.assign(box.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
      frame.append(box);
    });
  }

  document.querySelectorAll("[data-boxes-for]").forEach((frame) => {
    const field = document.getElementById(frame.dataset.boxesFor);
    if (!field) return;
    frame.classList.add("is-drawable");
    show(frame, field);
    field.addEventListener("input", () => show(frame, field));
    let from = null;
    const place = (event) => {
      const area = frame.getBoundingClientRect();
      const inside = (part) => Math.min(1, Math.max(0, part));
      return { x: inside((event.clientX - area.left) / area.width), y: inside((event.clientY - area.top) / area.height) };
    };
    frame.addEventListener("pointerdown", (event) => { event.preventDefault(); from = place(event); frame.setPointerCapture(event.pointerId); });
    frame.addEventListener("pointerup", (event) => {
      if (!from) return;
      const to = place(event);
      const box = [Math.min(from.x, to.x), Math.min(from.y, to.y), Math.abs(from.x - to.x), Math.abs(from.y - to.y)].map(percent);
      from = null;
      if (box[2] < 1 || box[3] < 1) return;
      field.value = [...field.value.split("\n").filter(Boolean), box.join(",")].join("\n");
      show(frame, field);
    });
  });
})();
