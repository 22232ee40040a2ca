/* Copies of what is typed, in this browser only: read a form, fill a form, keep and drop copies. Used by keep.js and
   autosave.js. Copies are kept under the person who typed them and are thrown away after fourteen days. Passwords and
   files are never copied. */
(function (dudao) {
  "use strict";
  const PREFIX = "dudao-draft";
  const DAYS_KEPT = 14;
  const SKIPPED = new Set(["password", "file", "submit", "button", "image", "reset", "hidden"]);

  function fields(form) {
    return [...form.elements].filter((field) => field.name && !SKIPPED.has(field.type) && field.dataset.noKeep === undefined);
  }

  function read(form) {
    const values = [];
    for (const field of fields(form)) {
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked) values.push([field.name, field.value]);
      } else if (field.type === "select-multiple") {
        for (const option of field.selectedOptions) values.push([field.name, option.value]);
      } else if (field.value !== undefined) {
        values.push([field.name, field.value]);
      }
    }
    return values;
  }

  function fill(form, values) {
    // Forms that grow make room first: dudao:fill brings what is about to be filled in.
    form.dispatchEvent(new CustomEvent("dudao:fill", { bubbles: true, detail: values }));
    const rest = new Map();
    for (const [name, value] of values) rest.set(name, [...(rest.get(name) || []), value]);
    for (const field of fields(form)) {
      const kept = rest.get(field.name) || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
      else if (field.type === "select-multiple") for (const option of field.options) option.selected = kept.includes(option.value);
      else if (kept.length) field.value = kept.shift();
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function key(name) {
    return `${PREFIX}:${document.body.dataset.user || "anon"}:${name}`;
  }

  function load(name) {
    try {
      return JSON.parse(localStorage.getItem(key(name)) || "null");
    } catch {
      return null;
    }
  }

  function save(name, values) {
    try {
      localStorage.setItem(key(name), JSON.stringify({ at: Date.now(), values }));
      return true;
    } catch {
      dudao.toast("这台设备的存储空间已满，请尽快提交，避免内容丢失", { tone: "warning", sticky: true, key: "storage" });
      return false;
    }
  }

  function drop(name) {
    localStorage.removeItem(key(name));
  }

  function mine() {
    const own = key("");
    return Object.keys(localStorage).filter((entry) => entry.startsWith(own)).map((entry) => entry.slice(own.length));
  }

  function throwAwayOld() {
    const limit = Date.now() - DAYS_KEPT * 86400000;
    for (const entry of Object.keys(localStorage)) {
      if (!entry.startsWith(`${PREFIX}:`)) continue;
      let at = 0;
      try {
        at = JSON.parse(localStorage.getItem(entry)).at;
      } catch {
        at = 0;
      }
      if (!(at > limit)) localStorage.removeItem(entry);
    }
  }

  dudao.clock = function (moment) {
    const at = new Date(moment);
    const two = (n) => String(n).padStart(2, "0");
    const day = at.toDateString() === new Date().toDateString() ? "" : `${at.getMonth() + 1}月${at.getDate()}日 `;
    return `${day}${two(at.getHours())}:${two(at.getMinutes())}`;
  };
  dudao.draft = { read, fill, load, save, drop, mine };
  throwAwayOld();
})(window.dudao);
