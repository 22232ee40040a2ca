/* The printed QR code carries the invitation's code behind #, which browsers keep to themselves: put it into the field and
   take it out of the address bar. */
(function () {
  "use strict";
  const field = document.querySelector("[data-claim-code]");
  const code = decodeURIComponent(location.hash.slice(1));
  if (!field || !/^[A-Za-z0-9]{12}$/.test(code)) return;
  if (!field.value) field.value = code.replace(/(.{4})(?=.)/g, "$1-").toUpperCase();
  history.replaceState(null, "", location.pathname);
})();
