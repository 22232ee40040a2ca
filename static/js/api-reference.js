/* The browsable reference: Swagger UI over our own document, as the person who is signed in. */
(() => {
  const place = document.getElementById("api-reference");
  if (!place || !window.SwaggerUIBundle) return;
  const csrf = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1] || "";
  window.SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    docExpansion: "none",
    deepLinking: true,
    filter: true,
    validatorUrl: null,
    defaultModelsExpandDepth: -1,
    requestInterceptor: (request) => {
      if (request.method && request.method !== "GET") request.headers["X-CSRFToken"] = csrf();
      return request;
    },
  });
})();
