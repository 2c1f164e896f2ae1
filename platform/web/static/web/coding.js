// The coding desk by keyboard. Every key presses or ticks something that is on the page.
(() => {
  "use strict";
  const one = (selector) => document.querySelector(selector);
  const text = one("[data-post-text]");

  const step = (by) => {
    const lines = [...document.querySelectorAll("[data-line]")];
    const here = lines.findIndex((line) => line.hasAttribute("aria-current"));
    lines[here < 0 ? 0 : here + by]?.click();
  };

  // The server counts characters, not the halves that some of them have in here.
  const characters = (string) => [...string].length;

  // What is selected in the text, as offsets into it; null where nothing is, or something besides it.
  const selected = () => {
    const found = getSelection();
    if (!text || !found.rangeCount || found.isCollapsed) return null;
    const range = found.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.setStart(text, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const words = range.toString();
    const start = before.toString().length + (words.length - words.trimStart().length);
    const kept = words.trim();
    if (!kept) return null;
    const first = characters(text.textContent.slice(0, start));
    return { words: kept, start: first, end: first + characters(kept) };
  };

  const codePassage = (box, passage) => {
    const value = `${box.value}:${passage.start}:${passage.end}`;
    const list = one("[data-spans]");
    if (list.querySelector(`[value="${value}"]`)) return;
    const item = document.createElement("li");
    const label = document.createElement("label");
    label.className = "choice";
    const field = Object.assign(document.createElement("input"), { type: "checkbox", name: "span", value, checked: true });
    const said = document.createElement("span");
    const swatch = box.closest(".pick").querySelector(".swatch");
    if (swatch) said.append(swatch.cloneNode(true));
    const words = document.createElement("span");
    words.lang = "";
    words.dir = "auto";
    words.textContent = `${box.dataset.name}: “${passage.words}”`;
    said.append(words);
    label.append(field, said);
    item.append(label);
    list.append(item);
    getSelection().removeAllRanges();
  };

  const give = (box) => {
    const passage = selected();
    if (passage) codePassage(box, passage);
    else box.click();
  };

  document.addEventListener("keydown", (event) => {
    if (!globalThis.keys?.isMeant(event)) return;
    const does = { j: () => step(1), k: () => step(-1), "?": () => globalThis.keys.show() }[event.key];
    const isPlain = /^[a-z1-9]$/.test(event.key);
    const button = isPlain && one(`[data-key="${event.key}"]`);
    const box = isPlain && one(`[data-code-key="${event.key}"]`);
    if (!does && !button && !box) return;
    event.preventDefault();
    if (does) does();
    else if (button) button.click();
    else give(box);
  });

  // By hand: with words selected, a code's label codes these words.
  let passage = null;
  document.addEventListener("pointerdown", () => {
    passage = selected();
  });
  document.addEventListener("click", (event) => {
    const pick = event.target.closest(".pick");
    const box = pick?.querySelector("[data-name]");
    if (box && passage && event.detail) {
      event.preventDefault();
      codePassage(box, passage);
      passage = null;
    }
  });

  const filter = one("[data-picker-filter]");
  if (filter && document.querySelectorAll("[data-pick]").length > 12) {
    filter.hidden = false;
    filter.addEventListener("input", () => {
      const wanted = filter.value.trim().toLowerCase();
      for (const pick of document.querySelectorAll("[data-pick]")) {
        pick.hidden = !pick.dataset.pick.includes(wanted) && !pick.querySelector("input").checked;
      }
    });
    filter.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const first = [...document.querySelectorAll("[data-pick]")].find((pick) => pick.dataset.pick.includes(filter.value.trim().toLowerCase()));
      if (first) give(first.querySelector("input"));
    });
  }
})();
