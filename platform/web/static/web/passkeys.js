// Passkeys: a form says with data-passkey whether one is made ("create") or used ("get"), and carries the
// server's options in data-options, or the address that gives them in data-ask.
(function () {
  "use strict";

  async function optionsOf(form) {
    if (!form.dataset.ask) {
      return JSON.parse(form.dataset.options);
    }
    const answer = await fetch(form.dataset.ask, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
    return (await answer.json()).request_options;
  }

  async function credentialFor(form) {
    const options = await optionsOf(form);
    if (form.dataset.passkey === "get") {
      return window.webauthnJSON.get(options);
    }
    const choice = options.publicKey.authenticatorSelection;
    choice.residentKey = "required";
    choice.requireResidentKey = true;
    choice.userVerification = "required";
    return window.webauthnJSON.create(options);
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async function (event) {
      event.preventDefault();
      const told = form.querySelector("[data-told]");
      try {
        form.elements.credential.value = JSON.stringify(await credentialFor(form));
        form.submit();
      } catch {
        told.hidden = false;
      }
    });
  }
})();
