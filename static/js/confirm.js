/* Asks once before an act that is hard to undo: data-confirm on a form, a button or a link says what will happen,
   data-confirm-verb what the button is called. Without JavaScript the act is simply done, and the server still checks. */
(function (dudao) {
  "use strict";
  const agreed = new WeakSet();

  function ask(text, verb) {
    return new Promise((resolve) => {
      const title = dudao.el("h2", { id: "ask-title" }, `${verb}？`);
      const no = dudao.el("button", { type: "button", class: "btn btn-quiet" }, "取消");
      const yes = dudao.el("button", { type: "button", class: "btn btn-primary" }, verb);
      const dialog = dudao.el("dialog", { class: "ask", "aria-labelledby": "ask-title", "aria-describedby": "ask-text" },
        dudao.el("div", { class: "ask-body" }, title, dudao.el("p", { id: "ask-text" }, text)),
        dudao.el("div", { class: "ask-foot" }, no, yes));
      const close = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
      no.addEventListener("click", () => close(false));
      yes.addEventListener("click", () => close(true));
      dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(false); });
      document.body.append(dialog);
      dialog.showModal();
      no.focus();
    });
  }

  async function hold(event, holder, goOn) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const opener = document.activeElement;
    if (await ask(holder.dataset.confirm, holder.dataset.confirmVerb || "确定")) {
      agreed.add(holder);
      goOn();
    } else if (opener) {
      opener.focus();
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const submitter = event.submitter;
    const holder = submitter && submitter.dataset.confirm ? submitter : form;
    if (!holder.dataset.confirm || agreed.delete(holder)) return;
    hold(event, holder, () => form.requestSubmit(submitter || undefined));
  }, true);

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-confirm], button[type=button][data-confirm]");
    if (!link || agreed.delete(link)) return;
    hold(event, link, () => link.click());
  }, true);
})(window.dudao);
