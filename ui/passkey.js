// Makes or uses a passkey for a form that asks for one (Web Authentication, 5.1). What the
// browser is asked for is in the form, and what it answers is sent with it: this asks no
// other address. Pages without script say so, and lead to other ways.
"use strict";

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const asBytes = (options) => {
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials]) {
    for (const one of list || []) one.id = toBytes(one.id);
  }
  return options;
};

const asText = (made) => {
  const response = { clientDataJSON: toText(made.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = toText(made.response[part]);
  }
  if (made.response.getTransports) response.transports = made.response.getTransports();
  return JSON.stringify({
    id: made.id, rawId: toText(made.rawId), type: made.type, response,
    authenticatorAttachment: made.authenticatorAttachment || undefined, clientExtensionResults: made.getClientExtensionResults(),
  });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  const problem = form.querySelector("[data-passkey-problem]");
  if (!window.PublicKeyCredential) continue;
  document.querySelector("[data-passkey-none]").hidden = true;
  form.querySelector("[data-passkey-go]").hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value !== "") return;
    event.preventDefault();
    problem.textContent = "";
    button.disabled = true;
    try {
      const publicKey = asBytes(JSON.parse(form.dataset.options));
      const made = form.dataset.passkey === "make" ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
      form.elements.answer.value = asText(made);
      form.submit();
    } catch (error) {
      button.disabled = false;
      problem.textContent = error.name === "InvalidStateError"
        ? "This device has a passkey for you already."
        : "It did not work: it was cancelled, took too long, or this device has no passkey for this registry. Try again, or choose another way.";
    }
  });
}
