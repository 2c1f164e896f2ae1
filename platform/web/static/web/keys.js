// Keys of one letter, for pages that have a dialog about them: whoever does not want them switches them off there.
(() => {
  "use strict";
  const FIELDS = "textarea, select, input:not([type=checkbox]), [contenteditable]";
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  const off = `${dialog.dataset.keys}:keys-off`;

  const isOn = () => {
    try {
      return localStorage.getItem(off) === null;
    } catch {
      return true;
    }
  };

  const turn = (on) => {
    try {
      if (on) localStorage.removeItem(off);
      else localStorage.setItem(off, "1");
    } catch {
      // Storage is switched off: the keys stay as they are on this page.
    }
  };

  const box = dialog.querySelector("[data-keys-on]");
  box.checked = isOn();
  box.addEventListener("change", () => turn(box.checked));

  const open = document.querySelector("[data-keys-open]");
  open.hidden = false;
  open.addEventListener("click", () => dialog.showModal());

  // Whether a key that was pressed is meant for the page: not for a field, a dialog or the browser.
  const isMeant = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return false;
    return isOn() && !dialog.open && !event.target.closest(FIELDS);
  };

  globalThis.keys = { isMeant, show: () => dialog.showModal() };
})();
