/* Forms with data-autosave-url save themselves as one types. The state stands in [data-save-state] ("已保存 10:32").
   While the server cannot be reached the form is copied into this browser and sent again when the network is back.
   The server answers JSON: {"saved_at": "10:32", "fields": {"version": "7"}} or {"detail": "why not"}; 409 with
   {"detail", "url"} when it was saved from elsewhere meanwhile: the server keeps this version too, and url shows both. */
(function (dudao) {
  "use strict";
  const QUIET = 1200;
  const WAITS = [5000, 15000, 30000, 60000];

  class Autosave {
    constructor(form) {
      this.form = form;
      this.name = `autosave-${form.dataset.autosaveUrl}`;
      this.timer = 0;
      this.failures = 0;
      this.sending = false;
      this.dirty = false;
      this.state = form.querySelector("[data-save-state]") || document.querySelector("[data-save-state]");
      form.addEventListener("input", (event) => this.touched(event));
      form.addEventListener("change", (event) => this.touched(event));
      form.addEventListener("submit", () => { clearTimeout(this.timer); this.dirty = false; });
      window.addEventListener("online", () => { if (this.dirty) this.soon(0); });
      window.addEventListener("beforeunload", (event) => { if (this.dirty && this.sending) event.preventDefault(); });
      document.addEventListener("visibilitychange", () => { if (document.hidden && this.dirty) this.soon(0); });
      this.pickUp();
    }

    /* A copy left behind by a lost network is put back and sent, because the person was told that it is safe. */
    pickUp() {
      const copy = dudao.draft.load(this.name);
      if (!copy) return;
      dudao.draft.fill(this.form, copy.values);
      dudao.toast(`已恢复 ${dudao.clock(copy.at)} 保存在这台设备上的内容`, { key: this.name });
      this.dirty = true;
      this.soon(0);
    }

    touched(event) {
      if (event.target.type === "file" || event.target.dataset.noKeep !== undefined) return;
      this.dirty = true;
      dudao.draft.save(this.name, dudao.draft.read(this.form));
      this.soon(QUIET);
    }

    soon(wait) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), wait);
    }

    say(text, waiting = false) {
      if (!this.state) return;
      this.state.textContent = text;
      this.state.classList.toggle("is-waiting", waiting);
    }

    body() {
      const data = new FormData(this.form);
      for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
      return data;
    }

    async send() {
      if (this.sending) return this.soon(QUIET);
      this.sending = true;
      this.dirty = false;
      this.say("正在保存…");
      try {
        const response = await fetch(this.form.dataset.autosaveUrl, {
          method: "POST", body: this.body(), credentials: "same-origin", headers: { Accept: "application/json" },
        });
        await this.answered(response);
      } catch {
        this.failed();
      } finally {
        this.sending = false;
      }
    }

    async answered(response) {
      if (dudao.isSignIn(response)) {
        this.dirty = true;
        this.say("登录已过期，内容已存在这台设备上", true);
        return dudao.sessionExpired();
      }
      if (response.status >= 500) return this.failed();
      const answer = await response.json().catch(() => ({}));
      if (response.status === 409 && answer.url) return this.conflicted(answer);
      if (!response.ok) {
        this.dirty = true;
        return this.say(answer.detail || "没有保存成功，请检查标出的内容", true);
      }
      this.failures = 0;
      for (const [name, value] of Object.entries(answer.fields || {})) {
        const field = this.form.elements.namedItem(name);
        if (field) field.value = value;
      }
      if (!this.dirty) dudao.draft.drop(this.name);
      this.say(`已保存 ${answer.saved_at || dudao.clock(Date.now())}`);
    }

    /* What was typed since goes to the server too, before the page that shows both versions takes over. */
    conflicted(answer) {
      this.say(answer.detail, true);
      if (this.dirty) return this.soon(0);
      dudao.draft.drop(this.name);
      return location.assign(answer.url);
    }

    failed() {
      this.dirty = true;
      const wait = WAITS[Math.min(this.failures, WAITS.length - 1)];
      this.failures += 1;
      this.say("网络不通，内容已存在这台设备上，恢复后自动保存", true);
      this.soon(wait);
    }
  }

  function startAll() {
    document.querySelectorAll("form[data-autosave-url]").forEach((form) => {
      if (!form.dudaoAutosave) form.dudaoAutosave = new Autosave(form);
    });
  }

  startAll();
  document.addEventListener("htmx:after:swap", startAll);
})(window.dudao);
