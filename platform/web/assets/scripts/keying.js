// Keying by keyboard alone: Ctrl and Enter keeps the form from any of its fields. Without this, Tab and Enter do.
(() => {
  "use strict";
  const form = document.querySelector("[data-keying]");
  if (!form) return;

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.repeat) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button:not([name])"));
  });

  // Held down or pressed twice, it keeps one form.
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => delete form.dataset.sent);

  // The first field that is empty is where the hands go on.
  form.querySelector("[autofocus]")?.focus();
})();
