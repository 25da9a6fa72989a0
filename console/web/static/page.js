"use strict";
// Addresses in what phones wrote must not open anything from here.
window.open = () => null;
// textual.js takes the socket's address as it stands in the page.
document.addEventListener("DOMContentLoaded", () => {
  const terminal = document.getElementById("terminal");
  const address = new URL(terminal.dataset.sessionWebsocketUrl, window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  terminal.dataset.sessionWebsocketUrl = address.href;
});
// A page that comes back from the browser's memory has no socket any more.
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
