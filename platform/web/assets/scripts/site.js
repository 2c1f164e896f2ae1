// Small comforts. Every page works without them.
(() => {
  "use strict";
  const language = document.documentElement.lang;

  // An error summary is what the person needs to hear first.
  document.querySelector(".govuk-error-summary")?.focus();

  // A form sent twice posts once anyway; this only spares the second click.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 3000) event.preventDefault();
    if (form.matches("[data-once]")) form.dataset.sent = String(Date.now());
  });

  // "Hide this page": gone from the screen before the answer comes, and not left behind the Back button.
  for (const form of document.querySelectorAll("[data-hide]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      document.body.hidden = true;
      document.title = "";
      const leave = () => location.replace("/");
      fetch(form.action, { method: "POST", body: new FormData(form) }).then(leave, leave);
    });
  }

  // A page that only its reader may see does not stay on an unwatched screen.
  if (document.querySelector("[data-hide]")) {
    let timer;
    const start = () => {
      clearTimeout(timer);
      timer = setTimeout(() => document.querySelector("[data-hide]").requestSubmit(), 10 * 60 * 1000);
    };
    for (const sign of ["keydown", "pointerdown", "scroll"]) addEventListener(sign, start, { passive: true });
    start();
  }

  // How many characters are left, said while typing and announced at rest.
  for (const counter of document.querySelectorAll("[data-counts]")) {
    const field = document.getElementById(counter.dataset.counts);
    const most = Number(counter.dataset.most);
    const words = counter.dataset.words;
    const show = () => {
      counter.textContent = words.replace("{n}", (most - [...field.value].length).toLocaleString(language));
    };
    field?.addEventListener("input", show);
    if (field) show();
  }

  // "New since you last looked" is kept on this device and never sent anywhere.
  for (const mark of document.querySelectorAll("[data-seen]")) {
    const name = `seen:${mark.dataset.seen}`;
    const now = Number(mark.dataset.now);
    try {
      const before = localStorage.getItem(name);
      if (before !== null && now > Number(before)) {
        mark.textContent = mark.dataset.words.replace("{n}", (now - Number(before)).toLocaleString(language));
        mark.hidden = false;
      }
      if (mark.dataset.look !== undefined) localStorage.setItem(name, String(now));
      else if (before === null) localStorage.setItem(name, String(now));
    } catch {
      // Storage is switched off: then nothing is remembered, which is fine.
    }
  }

  // "Send again" becomes possible after half a minute.
  for (const again of document.querySelectorAll("[data-wait]")) {
    const button = again.querySelector("button");
    const words = button.textContent;
    let left = Number(again.dataset.wait);
    const tick = () => {
      button.disabled = left > 0;
      button.textContent = left > 0 ? `${words.trim()} (${left})` : words;
      if (left-- > 0) setTimeout(tick, 1000);
    };
    tick();
  }

  // A message that floats goes away after a while, and at once when it is clicked.
  const toasts = document.getElementById("toasts");
  if (toasts) {
    let timer;
    new MutationObserver(() => {
      clearTimeout(timer);
      if (toasts.children.length) timer = setTimeout(() => toasts.replaceChildren(), 8000);
    }).observe(toasts, { childList: true });
    toasts.addEventListener("click", () => toasts.replaceChildren());
  }
})();
