// Buttons that ask the kernel for a file and hand it to the browser.

const SILENCE_MS = 120_000;

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser takes the file after this task.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function unpacked(buffer, type) {
  const stream = new Blob([buffer]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Blob([await new Response(stream).arrayBuffer()], { type });
}

function render({ model, el }) {
  el.classList.add("tco-downloads");
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  const buttons = new Map();
  let silence = 0;
  let asked = ""; // the kind that this view waits for: a widget may be shown twice

  const rest = (words) => {
    clearTimeout(silence);
    asked = "";
    said.textContent = words;
    for (const button of buttons.values()) button.disabled = false;
  };

  for (const { id, label } of model.get("kinds")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.dataset.kind = id;
    button.addEventListener("click", () => {
      for (const other of buttons.values()) other.disabled = true;
      said.textContent = `Making the file: ${label} …`;
      silence = setTimeout(() => rest("The kernel did not answer. Reload the page to try again."), SILENCE_MS);
      asked = id;
      model.send({ make: id });
    });
    buttons.set(id, button);
    el.append(button);
  }
  el.append(said);

  const answered = async (message, buffers) => {
    if (!asked || message.made !== asked) return;
    if (message.refused) {
      rest(message.refused);
      return;
    }
    const kind = model.get("kinds").find(({ id }) => id === message.made);
    try {
      save(await unpacked(buffers[0], kind.mime), message.name);
      rest(`${message.name} is in your downloads.`);
    } catch (error) {
      console.warn("tco download:", error);
      rest("The file could not be saved.");
    }
    buttons.get(kind.id).focus();
  };
  model.on("msg:custom", answered);
  return () => {
    clearTimeout(silence);
    model.off("msg:custom", answered);
  };
}

export default { render };
