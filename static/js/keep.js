/* Forms with data-keep="name" never lose typed text: each change is copied into this browser; after an expired session,
   a dead network or a crash the form offers the copy. A copy goes once its form was sent and the server took it. */
(function (dudao) {
  "use strict";
  const SENT = "dudao-sent";
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  function offer(form, name, copy) {
    const yes = dudao.el("button", { type: "button", class: "btn btn-primary" }, "恢复");
    const no = dudao.el("button", { type: "button", class: "btn btn-quiet" }, "不要了");
    const note = dudao.el("div", { class: "note note-warning", role: "status" }, dudao.svg("history"),
      dudao.el("div", {}, `您 ${dudao.clock(copy.at)} 填写、还没有提交的内容保存在这台设备上。`), yes, no);
    yes.addEventListener("click", () => { dudao.draft.fill(form, copy.values); note.remove(); });
    no.addEventListener("click", () => { dudao.draft.drop(name); note.remove(); });
    const fold = form.closest("details");
    if (fold) fold.open = true;
    form.prepend(note);
  }

  function start(form) {
    if (form.dataset.keeping) return;
    form.dataset.keeping = "yes";
    const name = form.dataset.keep;
    const atStart = dudao.draft.read(form);
    const copy = dudao.draft.load(name);
    if (copy && !same(copy.values, atStart)) offer(form, name, copy);
    let timer = 0;
    const keep = () => {
      clearTimeout(timer);
      timer = 0;
      const now = dudao.draft.read(form);
      if (!same(now, atStart)) dudao.draft.save(name, now);
    };
    form.addEventListener("input", () => { if (!timer) timer = setTimeout(keep, 400); });
    form.addEventListener("change", keep);
    form.addEventListener("submit", () => { keep(); sessionStorage.setItem(SENT, JSON.stringify({ name, page: location.href })); });
    window.addEventListener("pagehide", () => { if (timer) keep(); });
  }

  /* After a form was sent: the page that follows it tells whether the server took it. The sign-in page, an error page
     (mishap.js) and the same form without praise did not; nor does a page that was reached in another way. */
  function settle() {
    const sent = JSON.parse(sessionStorage.getItem(SENT) || "null");
    if (!sent || document.body.dataset.user === undefined) return;
    sessionStorage.removeItem(SENT);
    const again = [...document.querySelectorAll("form[data-keep]")].some((form) => form.dataset.keep === sent.name);
    const praised = document.querySelector("[data-level=success]");
    if (praised || (!again && document.referrer === sent.page)) dudao.draft.drop(sent.name);
  }

  function startAll() {
    document.querySelectorAll("form[data-keep]").forEach(start);
  }

  function unsentNote() {
    const note = document.querySelector("[data-unsent]");
    if (note && sessionStorage.getItem(SENT) !== null) note.hidden = false;
  }

  settle();
  startAll();
  unsentNote();
  document.addEventListener("htmx:after:swap", startAll);
  document.addEventListener("htmx:after:request", (event) => {
    const ctx = event.detail.ctx;
    const form = ctx.sourceElement.closest("form[data-keep]");
    if (!form) return;
    sessionStorage.removeItem(SENT);
    const refused = ctx.response.status >= 400 || /aria-invalid="true"|class="problems"/.test(ctx.text || "");
    if (ctx.request.method !== "GET" && !refused) dudao.draft.drop(form.dataset.keep);
  });
})(window.dudao);
