// What a browser does with passkeys. A page without a passkey form does not load this file.
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

const make = async ({ publicKey }) => {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
    },
  });
  return said(made, {
    attestationObject: toText(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
};

const show = async ({ publicKey }) => {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      allowCredentials: known(publicKey.allowCredentials),
    },
  });
  const { authenticatorData, signature, userHandle } = shown.response;
  return said(shown, {
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : undefined,
  });
};

const said = (credential, response) => ({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: { clientDataJSON: toText(credential.response.clientDataJSON), ...response },
});

// Asked for at the press of the button: what a page was given lasts as long as the page.
const asked = async (form) => {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.action, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).request_options;
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const can = window.PublicKeyCredential && window.isSecureContext;
  form.querySelector("[data-passkey-go]").hidden = !can;
  const none = form.querySelector("[data-passkey-none]");
  none.hidden = Boolean(can);
  none.textContent = none.dataset.passkeyNone;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const wrong = form.querySelector("[data-passkey-wrong]");
    wrong.hidden = true;
    try {
      const options = await asked(form);
      const credential = form.dataset.passkey === "make" ? await make(options) : await show(options);
      form.elements.namedItem("credential").value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      wrong.textContent =
        error.name === "InvalidStateError" ? wrong.dataset.known : wrong.dataset.stopped;
      wrong.hidden = false;
      wrong.focus();
    }
  }, { capture: true });
}
