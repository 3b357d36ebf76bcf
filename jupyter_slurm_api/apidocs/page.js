// Shows the document of this server. Requests go with the browser's own login: Jupyter wants its
// XSRF cookie repeated in a header of everything that changes something.
function xsrfToken() {
  const found = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/);
  return found ? decodeURIComponent(found[1]) : "";
}

// Swagger UI has a dark theme, and only its larger layout chooses it by itself.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
function choose() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}
dark.addEventListener("change", choose);
choose();

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    request.headers["X-XSRFToken"] = xsrfToken();
    return request;
  },
});
