/* A head box that ticks all boxes of a list (data-pick-all names them), how many are ticked (data-picked), and a button
   that prints (data-print). Without JavaScript they stay hidden, and one ticks by hand and prints by the browser's menu. */
(function () {
  "use strict";
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  document.querySelectorAll("[data-pick-all]").forEach((head) => {
    const boxes = [...document.querySelectorAll(`input[type=checkbox][name="${head.dataset.pickAll}"]`)];
    const told = document.querySelector("[data-picked]");
    const show = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      head.checked = ticked > 0 && ticked === boxes.length;
      head.indeterminate = ticked > 0 && ticked < boxes.length;
      if (told) told.textContent = ticked ? `已选${ticked}个` : "";
    };
    head.closest("[hidden]")?.removeAttribute("hidden");
    head.addEventListener("change", () => {
      boxes.forEach((box) => { box.checked = head.checked; });
      show();
    });
    boxes.forEach((box) => box.addEventListener("change", show));
    show();
  });
})();
