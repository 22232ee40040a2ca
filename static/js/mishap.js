/* On an error page: what was sent did not arrive, so keep.js must not take its copy away on the page after this one. */
sessionStorage.removeItem("dudao-sent");
