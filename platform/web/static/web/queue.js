// The queue by keyboard. Every key presses something that is on the page, so nothing here can do more than a hand.
(() => {
  "use strict";
  const one = (selector) => document.querySelector(selector);

  const lines = () => [...document.querySelectorAll("[data-line]")];
  const here = () => lines().findIndex((line) => line.hasAttribute("aria-current"));

  const mark = (chosen) => {
    for (const line of lines()) {
      line.toggleAttribute("aria-current", line === chosen);
      if (line === chosen) line.setAttribute("aria-current", "true");
      line.closest(".line").classList.toggle("line--here", line === chosen);
    }
    chosen?.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    const all = lines();
    const next = all[here() < 0 ? 0 : here() + by];
    if (!next) return;
    next.focus({ preventScroll: true });
    next.click();
  };

  const tick = () => {
    const box = (lines()[here()] ?? document.activeElement)?.closest(".line")?.querySelector("[type=checkbox]");
    box?.click();
  };

  // What was selected in the post when masking began, for the field that is about to come.
  let selected = "";
  const selection = () => {
    const found = getSelection();
    const text = one("[data-post-text]");
    return text && found.rangeCount && text.contains(found.anchorNode) && text.contains(found.focusNode)
      ? found.toString().trim()
      : "";
  };
  const addWords = (words) => {
    const field = one("[data-mask]");
    if (!field || !words || field.value.split("\n").includes(words)) return;
    field.value = [...field.value.split("\n").filter((line) => line.trim()), words].join("\n");
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !one("#keys[open]")) one("[data-cancel]")?.click();
    if (!globalThis.keys?.isMeant(event)) return;
    const does = { j: () => step(1), k: () => step(-1), x: tick, "?": () => globalThis.keys.show() }[event.key];
    const button = /^[a-z]$/.test(event.key) && one(`[data-key="${event.key}"]`);
    if (!does && !button) return;
    event.preventDefault();
    selected = selection();
    if (does) does();
    else button.click();
  });

  document.addEventListener("click", (event) => {
    const line = event.target.closest("[data-line]");
    if (line) mark(line);
    const reply = event.target.closest("[data-reply]");
    if (reply) {
      event.preventDefault();
      const note = document.getElementById("note");
      note.setRangeText(reply.dataset.reply, note.selectionStart, note.selectionEnd, "end");
      note.focus();
    }
  });

  document.addEventListener("mousedown", () => {
    selected = selection();
  });
  document.addEventListener("mouseup", () => addWords(selection()));

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "act") addWords(selected);
    if (event.target.id === "post" && !event.target.contains(document.activeElement)) {
      const list = one(".queue");
      list.classList.add("queue--open");
      if (getComputedStyle(one(".queue__list")).display === "none") document.getElementById("post").focus();
    }
  });

  // Whoever leaves gives back what they had claimed.
  addEventListener("pagehide", () => {
    const form = one("[data-give-back]");
    if (form) navigator.sendBeacon(form.action, new FormData(form));
  });

  lines()[here()]?.scrollIntoView({ block: "nearest" });
})();
