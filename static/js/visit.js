/* The visit's form: sheets for findings that open without the network, progress dots, counts by thumb, jumping to what
   is missing. Saving is autosave.js's; without this script the form's own buttons do the same by whole pages. */
(function () {
  "use strict";
  const form = document.querySelector("form[data-visit]");
  if (!form) return;
  const FINDING = /^f-([0-9a-f-]{36})-group_code$/;
  form.classList.add("has-sheets");

  /* randomUUID needs HTTPS; a bureau's own network may have plain HTTP. */
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  function cardOf(code) {
    return [...form.querySelectorAll("[data-card]")].find((card) => card.dataset.card === code);
  }

  function addSheet(code, key) {
    const card = cardOf(code);
    if (!card || document.getElementById(`f-${key}`)) return null;
    const holder = document.createElement("div");
    holder.innerHTML = card.querySelector("[data-finding-template]").innerHTML.replaceAll("__key__", key);
    const sheet = holder.firstElementChild;
    card.querySelector("[data-findings]").append(sheet);
    dress(sheet);
    document.dispatchEvent(new Event("dudao:added"));
    return sheet;
  }

  function dress(sheet) {
    const close = sheet.querySelector("[data-sheet-close]");
    close.hidden = false;
    close.addEventListener("click", () => shut(sheet));
  }

  function shut(sheet) {
    sheet.open = false;
    sheet.querySelector("summary").focus();
  }

  function nameSheet(sheet) {
    const words = (name) => {
      const chosen = sheet.querySelector(`[name$="-${name}"]:checked`);
      return chosen ? (chosen.parentElement.querySelector("b") || chosen.nextElementSibling).textContent : "";
    };
    const text = sheet.querySelector('[name$="-description"]').value.trim();
    sheet.querySelector("[data-finding-title]").textContent = text.slice(0, 40) || "新发现的问题";
    sheet.querySelector("[data-finding-kind]").textContent = [words("severity"), words("disposition")].filter(Boolean).join(" · ");
  }

  /* A copy that this device kept may hold findings that the server has not seen: make their sheets before it is filled in. */
  form.addEventListener("dudao:fill", (event) => {
    for (const [name, value] of event.detail) {
      const match = FINDING.exec(name);
      if (match) addSheet(value, match[1]);
    }
  });

  form.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-finding]");
    const step = event.target.closest("[data-step]");
    if (add) {
      event.preventDefault();
      const sheet = addSheet(add.value, newKey());
      sheet.open = true;
      sheet.querySelector("textarea").focus({ preventScroll: true });
    } else if (step) {
      const field = step.closest("[data-count]").querySelector("input");
      field.value = Math.max(0, (parseInt(field.value, 10) || 0) + Number(step.dataset.step));
      field.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (event.target.matches(".finding[open]")) {
      shut(event.target); // the dimmed page behind a sheet
    }
  });

  document.addEventListener("keydown", (event) => {
    const sheet = event.key === "Escape" && !document.querySelector("dialog[open]") && event.target.closest(".finding[open]");
    if (sheet) shut(sheet);
  });

  const filled = (field) => (/^(radio|checkbox)$/.test(field.type) ? field.checked : field.value.trim() !== "" && field.value !== "0");

  function answered(question) {
    return [...question.querySelectorAll('[name^="a-"]')].some(filled);
  }

  function stateOf(card) {
    const code = card.dataset.card;
    const questions = [...card.querySelectorAll("[data-question]")];
    if (questions.length) {
      const wanted = questions.filter((question) => question.dataset.required !== undefined);
      const some = questions.some(answered);
      return (wanted.length ? wanted.every(answered) : some) ? "is-done" : some ? "is-part" : "";
    }
    const fields = [...card.querySelectorAll("input:not([type=checkbox]), textarea")].filter((field) => field.name);
    if (code === "end") return fields.some(filled) ? "is-done" : "";
    const counts = [...card.querySelectorAll("[data-count] input")];
    const times = fields.filter((field) => field.type === "time");
    if (times.every(filled) && counts.some(filled)) return "is-done";
    return times.some(filled) || counts.some(filled) ? "is-part" : "";
  }

  function paint() {
    form.querySelectorAll("[data-card]").forEach((card) => {
      const dot = form.querySelector(`[data-dot="${card.dataset.card}"]`);
      const state = stateOf(card);
      if (dot.classList.contains("is-missing") && state === "is-done") dot.classList.remove("is-missing");
      dot.classList.toggle("is-done", state === "is-done" && !dot.classList.contains("is-missing"));
      dot.classList.toggle("is-part", state === "is-part");
      dot.classList.toggle("has-finding", Boolean(card.querySelector("[data-findings] [data-finding]")));
    });
  }

  /* What is missing may stand in a closed sheet: open it, then go there. */
  function jump(id) {
    const target = document.getElementById(id);
    if (!target) return;
    const sheet = target.closest(".finding");
    if (sheet) sheet.open = true;
    const field = target.matches("input, textarea, select, [tabindex]") ? target : target.querySelector("summary");
    target.scrollIntoView({ block: "center" });
    (field || target).focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-jump]");
    if (!link) return;
    event.preventDefault();
    jump(decodeURIComponent(link.hash.slice(1)));
  });

  form.addEventListener("input", (event) => {
    const sheet = event.target.closest && event.target.closest(".finding");
    if (sheet) nameSheet(sheet);
    paint();
  });
  form.addEventListener("change", paint);
  form.addEventListener("dudao:uploaded", () => window.dudao.toast("照片已上传", { tone: "success", key: "photo" }));
  form.querySelectorAll("[data-step]").forEach((button) => { button.hidden = false; });
  form.querySelectorAll("[data-findings] .finding").forEach(dress);
  paint();
})();
