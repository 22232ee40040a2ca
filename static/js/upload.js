/* [data-upload] around a file input: previews, size and type checked before sending (data-max-mb, the input's accept),
   files can be taken out again. With data-upload-url each file is sent at once with its progress, and its id comes back
   as {"id": 7}; without it the files go with the form. */
(function (dudao) {
  "use strict";

  function sizeWords(bytes) {
    return bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  }

  function accepted(file, accept) {
    const kinds = accept.split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean);
    if (!kinds.length) return true;
    const name = file.name.toLowerCase();
    return kinds.some((kind) => {
      if (kind.startsWith(".")) return name.endsWith(kind);
      if (kind.endsWith("/*")) return file.type.startsWith(kind.slice(0, -1));
      return file.type === kind;
    });
  }

  class Upload {
    constructor(box) {
      this.box = box;
      this.input = box.querySelector("input[type=file]");
      this.list = box.querySelector(".drop-list");
      this.url = box.dataset.uploadUrl;
      this.limit = Number(box.dataset.maxMb || 20) * 1048576;
      this.files = [];
      this.input.addEventListener("change", () => this.take([...this.input.files]));
      box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("is-over"); });
      box.addEventListener("dragleave", () => box.classList.remove("is-over"));
      box.addEventListener("drop", (event) => {
        event.preventDefault();
        box.classList.remove("is-over");
        this.take([...event.dataTransfer.files]);
      });
    }

    whyNot(file) {
      if (!accepted(file, this.input.accept)) return "这种文件不能上传，请换成要求的格式";
      if (file.size > this.limit) return `文件有 ${sizeWords(file.size)}，超过 ${sizeWords(this.limit)} 的上限`;
      return file.size === 0 ? "文件是空的" : "";
    }

    take(files) {
      for (const file of files) {
        const entry = { file, why: this.whyNot(file) };
        this.show(entry);
        if (entry.why) continue;
        this.files.push(entry);
        if (this.url) this.send(entry);
      }
      this.sync();
    }

    /* The input holds exactly the files that still have to go with the form. */
    sync() {
      const rest = new DataTransfer();
      if (!this.url) this.files.forEach((entry) => rest.items.add(entry.file));
      this.input.files = rest.files;
    }

    show(entry) {
      const { file } = entry;
      let picture = dudao.el("span", { class: "drop-thumb" }, dudao.svg(file.type.startsWith("video/") ? "video" : "file"));
      if (/^image\/(jpeg|png|webp|gif)$/.test(file.type)) {
        picture = dudao.el("img", { class: "drop-thumb", alt: "", src: URL.createObjectURL(file) });
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
      }
      const out = dudao.el("button", { type: "button", class: "icon-btn", "aria-label": `移除 ${file.name}` }, dudao.svg("x"));
      entry.meta = dudao.el("span", { class: "drop-meta" }, entry.why || sizeWords(file.size));
      entry.line = dudao.el("li", { class: entry.why ? "drop-item is-refused" : "drop-item" },
        picture, dudao.el("span", { class: "file-name" }, file.name), out, entry.meta);
      out.addEventListener("click", () => this.remove(entry));
      this.list.append(entry.line);
    }

    remove(entry) {
      if (entry.request) entry.request.abort();
      this.files = this.files.filter((other) => other !== entry);
      entry.line.remove();
      this.sync();
      this.input.focus();
    }

    send(entry) {
      const data = new FormData();
      const token = this.box.closest("form").querySelector("[name=csrfmiddlewaretoken]");
      data.append(this.input.name, entry.file);
      const request = new XMLHttpRequest();
      entry.request = request;
      request.open("POST", this.url);
      if (token) request.setRequestHeader("X-CSRFToken", token.value);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        entry.meta.textContent = `正在上传 ${Math.round((100 * event.loaded) / event.total)}%`;
      });
      request.addEventListener("load", () => this.sent(entry, request));
      request.addEventListener("error", () => this.retry(entry, "网络不通，文件还没有上传"));
      request.send(data);
    }

    sent(entry, request) {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = {};
      }
      if (request.status === 401 || (request.status < 300 && answer.id === undefined)) {
        dudao.sessionExpired();
        return this.retry(entry, "登录已过期，文件还没有上传");
      }
      if (request.status >= 500) return this.retry(entry, "系统出错，文件还没有上传");
      if (request.status >= 400) {
        entry.line.classList.add("is-refused");
        entry.meta.textContent = answer.detail || "没有上传成功";
        return undefined;
      }
      entry.meta.textContent = `${sizeWords(entry.file.size)} · 已上传`;
      entry.line.append(dudao.el("input", { type: "hidden", name: `${this.input.name}_id`, value: String(answer.id) }));
      this.box.dispatchEvent(new CustomEvent("dudao:uploaded", { bubbles: true, detail: answer }));
      return undefined;
    }

    retry(entry, text) {
      entry.meta.textContent = `${text} `;
      const again = dudao.el("button", { type: "button", class: "btn btn-quiet" }, "重试");
      const go = () => {
        window.removeEventListener("online", go);
        if (entry.line.isConnected) this.send(entry);
      };
      again.addEventListener("click", go);
      window.addEventListener("online", go);
      entry.meta.append(again);
    }
  }

  function startAll() {
    document.querySelectorAll("[data-upload]").forEach((box) => {
      if (!box.dudaoUpload) box.dudaoUpload = new Upload(box);
    });
  }

  startAll();
  document.addEventListener("htmx:after:swap", startAll);
  document.addEventListener("dudao:added", startAll); // a script put a new box into the page
})(window.dudao);
