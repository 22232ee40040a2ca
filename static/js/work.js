/* Proof of work for the public complaint form (portal/public/work.py): searches while one writes, sends the number along.
   Without crypto.subtle (an old browser, an address without https) the form goes without it. */
(function () {
  "use strict";
  const form = document.querySelector("form[data-work]");
  if (!form || !window.crypto || !crypto.subtle) return;
  const task = form.elements.task.value;
  const bits = Number(form.dataset.work);
  const bytes = new TextEncoder();
  let found = null;

  async function solves(n) {
    const digest = new DataView(await crypto.subtle.digest("SHA-256", bytes.encode(`${task}:${n}`)));
    return digest.getUint32(0) >>> (32 - bits) === 0;
  }

  const search = (async function () {
    for (let n = 0; found === null; n += 1) {
      if (await solves(n)) found = n;
    }
    form.elements.found.value = String(found);
  })();

  form.addEventListener("submit", function (event) {
    if (found !== null) return;
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    button.textContent = "正在提交……";
    search.then(() => form.submit());
  });
})();
