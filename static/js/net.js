/* What goes wrong between page and server, in words: no network, expired session, refusals inside an htmx panel; and
   the thin line that shows a request under way. htmx 4 names its events htmx:phase:action. */
(function (dudao) {
  "use strict";
  const WORDS = {
    400: "请求无法识别，没有办理。请刷新后再试",
    403: "当前身份没有这项权限",
    404: "内容已不存在，或不在您的工作范围内",
    405: "这项操作已经变化，请刷新页面",
    409: "这件事刚刚被别人办理过，请刷新页面查看",
    413: "文件太大，没有上传",
    429: "操作太频繁，请稍后再试",
  };
  let underWay = 0;

  function busy(change) {
    underWay = Math.max(0, underWay + change);
    const line = document.getElementById("busy");
    if (line) line.hidden = underWay === 0;
  }

  /* True where the answer is the sign-in page instead of what was asked for. */
  dudao.isSignIn = function (response) {
    if (response.status === 401) return true;
    const login = document.body.dataset.login;
    return Boolean(login && response.redirected && new URL(response.url).pathname === login);
  };

  dudao.sessionExpired = function () {
    const here = encodeURIComponent(location.pathname + location.search);
    dudao.toast("登录已过期，您填写的内容还在，重新登录后可以恢复", {
      tone: "warning", sticky: true, key: "session",
      link: { label: "重新登录", url: `${document.body.dataset.login}?next=${here}` },
    });
  };

  dudao.networkLost = function () {
    dudao.toast("网络已断开，内容仍在本页", { tone: "warning", sticky: true, key: "network" });
  };

  document.addEventListener("htmx:before:request", () => busy(1));
  document.addEventListener("htmx:finally:request", () => busy(-1));

  document.addEventListener("htmx:before:response", (event) => {
    if (!dudao.isSignIn(event.detail.ctx.response.raw)) return;
    event.preventDefault();
    dudao.sessionExpired();
  });

  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail.ctx.response.status;
    if (status === 422) return;
    const text = status >= 500 ? "系统出错，没有办理。内容仍在本页，请稍后再试" : WORDS[status];
    dudao.toast(text || "没有办理成功，请刷新后再试", { tone: "warning", key: `status-${status}` });
  });

  document.addEventListener("htmx:error", (event) => {
    const error = event.detail.error;
    if (error && error.name === "AbortError") dudao.toast("服务器没有及时回答，内容仍在本页，请再试一次", { tone: "warning", key: "network" });
    else if (error instanceof TypeError) dudao.networkLost();
  });

  window.addEventListener("offline", dudao.networkLost);
  window.addEventListener("online", () => {
    dudao.dismissToast("network");
    dudao.toast("网络已恢复", { tone: "success", key: "network-back" });
  });
  if (!navigator.onLine) dudao.networkLost();
})(window.dudao);
