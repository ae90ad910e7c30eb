// Says when the page can no longer calculate, and leads back with the inputs that it showed last.

window.tcoConnection = (() => {
  const open = new Set();
  let wasOpen = false;
  let changed = () => {};

  // Voilà opens the sockets to the kernel; the end of the last one is the first sign that something is gone.
  window.WebSocket = class extends WebSocket {
    constructor(...where) {
      super(...where);
      this.addEventListener("open", () => {
        open.add(this);
        wasOpen = true;
        changed();
      });
      this.addEventListener("close", () => {
        open.delete(this);
        changed();
      });
    }
  };

  return {
    isDown: () => wasOpen && !open.size,
    onChange: (call) => (changed = call),
  };
})();

document.addEventListener("DOMContentLoaded", () => {
  const CHECK_EVERY_MS = 5_000;
  const ENDED = "The calculation behind this page has ended: the numbers no longer follow the controls.";
  const SILENT = "The server does not answer: the numbers do not follow the controls until it does.";
  const CUT = "The connection was interrupted and is being restored: the numbers do not follow the controls until then.";
  const WAITING = "The server does not answer yet. This page opens again, with its inputs, as soon as it does.";

  const { baseUrl, kernelId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const address = `${baseUrl}api/kernels/${kernelId}`;
  const note = document.getElementById("tco-lost");
  const words = note.querySelector("span");
  const button = note.querySelector("button");
  let reopening = false;
  let leaving = false;

  function tell(text) {
    document.body.classList.toggle("tco-stands-still", Boolean(text));
    note.hidden = !text;
    if (words.textContent !== text) words.textContent = text;
  }

  // The link to the scenario needs neither the kernel nor the server that made it.
  function reopen() {
    const link = document.querySelector(".tco-copy-link");
    if (link) location.replace(new URL(link.value, location));
    else location.reload();
  }

  async function check() {
    if (document.hidden || leaving) return;
    const status = await fetch(address, { cache: "no-store" }).then((answer) => answer.status, () => 0);
    if (leaving) return;
    // A proxy speaks for a server that is down with a status from 500 on.
    const answers = status > 0 && status < 500;
    if (reopening && answers) {
      leaving = true;
      reopen();
    } else if (reopening) tell(WAITING);
    else if (!answers) tell(SILENT);
    else if (status !== 200) tell(ENDED);
    else tell(window.tcoConnection.isDown() ? CUT : "");
  }

  button.addEventListener("click", () => {
    reopening = button.disabled = true;
    check();
  });
  window.tcoConnection.onChange(check);
  setInterval(check, CHECK_EVERY_MS);
  document.addEventListener("visibilitychange", check);
  // A page that is left shuts its kernel down: no loss to tell of, unless the page stays or comes back from memory.
  const stay = () => {
    leaving = false;
    check();
  };
  addEventListener("beforeunload", () => {
    leaving = true;
    setTimeout(stay, CHECK_EVERY_MS);
  });
  addEventListener("pageshow", (event) => event.persisted && stay());
});
