// What is being written stays on this device until it was posted. It is never sent anywhere from here.
(() => {
  "use strict";
  const SENT = "draft-sent";
  const name = (form) => `draft:${form.dataset.draft}`;

  // Storage may be switched off or full: then nothing is remembered, which is fine.
  const quietly = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  const keep = (form, text) =>
    quietly(() => (text.trim() ? localStorage.setItem(name(form), text) : localStorage.removeItem(name(form))));

  // The page that says "Posted" ends the draft of the form that was sent, and of no other.
  quietly(() => {
    const sent = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    if (sent && document.querySelector("[data-posted]")) localStorage.removeItem(sent);
  });

  const restore = (form, field) => {
    const text = quietly(() => localStorage.getItem(name(form)));
    const note = form.querySelector("[data-draft-note]");
    if (!text || !note) return;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    form.closest("details")?.setAttribute("open", "");
    const discard = note.querySelector("button");
    note.hidden = false;
    note.querySelector("span").textContent = discard.dataset.words;
    discard.addEventListener("click", () => {
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      keep(form, "");
      note.hidden = true;
      field.focus();
    });
  };

  for (const form of document.querySelectorAll("form[data-draft]")) {
    const field = form.querySelector("textarea");
    // What the server sent back is newer than what lies here.
    if (field.value) keep(form, field.value);
    else restore(form, field);
    field.addEventListener("input", () => keep(form, field.value));
    form.addEventListener("submit", (event) => {
      keep(form, field.value);
      if (event.submitter?.name !== "preview") quietly(() => sessionStorage.setItem(SENT, name(form)));
    });
  }

  // Whoever signs out on a shared device leaves nothing behind for the next person.
  for (const form of document.querySelectorAll("form[data-forget-drafts]")) {
    form.addEventListener("submit", () =>
      quietly(() => {
        const mine = `draft:${form.dataset.forgetDrafts}:`;
        for (const key of Object.keys(localStorage)) if (key.startsWith(mine)) localStorage.removeItem(key);
      }),
    );
  }
})();
