// Draws the figure that the kernel sent last. Whatever else happens, a picture never stays when its numbers are old.

const FAILED = "This chart could not be drawn. Reload the page to try again.";
const DEFAULT_HEIGHT_PX = 360;
const CONFIG = { displaylogo: false, responsive: false };

// All charts of a page, whichever copy of this module drew them, share one plotly.js. Our Voilà pages ask for it
// before any chart is there; where the server has none, the kernel does.
function plotly(model) {
  globalThis.tcoPlotly = (globalThis.tcoPlotly ?? fromServer("tcoPlotlyJs")).catch(() => fromKernel(model));
  return globalThis.tcoPlotly;
}

// Servers send the traces of our own charts first; a figure with others needs the whole file.
function wholePlotly(model) {
  globalThis.tcoWholePlotly ??= fromServer("tcoWholePlotlyJs").catch(() => fromKernel(model));
  return globalThis.tcoWholePlotly;
}

function canDraw(Plotly, figure) {
  return !Plotly.tcoTypes || figure.data.every(({ type }) => Plotly.tcoTypes.includes(type ?? "scatter"));
}

// Figures have the colours of the light theme. In the dark one greys change ends, and any other colour that would not
// stand out from a dark card by 4.5 to 1 is made lighter until it does.
const CARD_LUMINANCE = 0.0143; // of --tco-card
const LEAST_CONTRAST = 4.5;
const GREY_CHROMA = 0.12;

function darkColor(color) {
  const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
  const [low, high] = [Math.min(...parts), Math.max(...parts)];
  const hex = (values) => `#${values.map((part) => Math.round(255 * part).toString(16).padStart(2, "0")).join("")}`;
  if (high - low < GREY_CHROMA) {
    const flipped = 0.93 - 0.76 * ((low + high) / 2);
    return hex([flipped, flipped, flipped]);
  }
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const contrast = ([red, green, blue]) =>
    (0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) + 0.05) / (CARD_LUMINANCE + 0.05);
  let shown = parts;
  while (contrast(shown) < LEAST_CONTRAST) shown = shown.map((part) => part + 0.04 * (1 - part));
  return hex(shown);
}

function themed(drawing, theme) {
  if (theme === "light") return drawing;
  const known = {};
  return drawing.replace(/#[0-9a-f]{6}\b/gi, (color) => (known[color] ??= darkColor(color)));
}

function run(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    // A script that is broken loads too.
    script.onload = () => (globalThis.Plotly ? resolve(globalThis.Plotly) : script.onerror());
    script.onerror = () => reject(new Error("plotly.js did not load"));
    document.head.append(script);
  });
}

async function fromServer(name) {
  const page = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
  if (!page[name]) throw new Error("the server has no plotly.js");
  return run(new URL(page.baseUrl + page[name], location.origin));
}

async function fromKernel(model) {
  const packed = await new Promise((resolve, reject) => {
    const answered = (message, buffers) => {
      if (message !== "plotly.js") return;
      clearTimeout(silence);
      model.off("msg:custom", answered);
      resolve(buffers[0]);
    };
    const silence = setTimeout(() => reject(new Error("the kernel did not answer")), 30_000);
    model.on("msg:custom", answered);
    model.send("plotly.js");
  });
  const file = new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
  const address = URL.createObjectURL(new Blob([await file.blob()], { type: "text/javascript" }));
  return run(address).finally(() => URL.revokeObjectURL(address));
}

// Buttons under a chart that save its picture as it is drawn.
function saveButtons(plot, name) {
  const row = document.createElement("div");
  row.className = "tco-figure-save";
  for (const format of ["png", "svg"]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = format.toUpperCase();
    button.setAttribute("aria-label", `Save the chart ${name} as ${format.toUpperCase()}`);
    button.addEventListener("click", () => {
      const { width, height } = plot._fullLayout;
      // Twice the pixels, so that a picture is sharp on a slide.
      const scale = format === "png" ? 2 : 1;
      globalThis.Plotly.downloadImage(plot, { format, filename: `tco-${name}`, width, height, scale });
    });
    row.append(button);
  }
  return row;
}

function render({ model, el }) {
  const plot = document.createElement("div");
  const note = document.createElement("p");
  plot.className = "tco-figure-plot";
  note.className = "tco-error";
  note.hidden = true;
  el.classList.add("tco-figure");
  el.dataset.name = model.get("name");
  el.dataset.state = "waiting";
  const save = saveButtons(plot, model.get("name"));
  save.hidden = true;
  el.append(plot, note, save);

  let shown = ""; // the drawing that the page shows now
  let shownTheme = "";
  let shownPicture = ""; // the part of it that Plotly draws
  let shownWidth = 0;
  let visible = false;
  let waiting = 0;
  let busy = false;
  let Plotly = null;

  let paper = false; // while the page is being printed
  const theme = () => (!paper && document.querySelector("[data-jp-theme-light='false']") ? "dark" : "light");

  // After what has arrived so far has been read, but without waiting for the next frame: on a page of several charts the
  // first is drawn while the kernel works on the others.
  const schedule = () => {
    waiting ||= setTimeout(() => {
      waiting = 0;
      update();
    });
  };

  // The place is kept free before the picture is there, so that nothing below it jumps.
  const keepPlace = () => {
    const drawing = model.get("drawing");
    const height = drawing && JSON.parse(drawing).figure.layout.height;
    plot.style.height = `${height || DEFAULT_HEIGHT_PX}px`;
  };

  async function update() {
    if (busy || !visible) return;
    busy = true;
    let drawing = model.get("drawing");
    try {
      Plotly ??= globalThis.tcoPlotly && globalThis.Plotly; // without waiting, once it is there
      Plotly ??= await plotly(model);
      drawing = model.get("drawing"); // it may have changed while plotly.js was loading
      if (drawing !== shown || theme() !== shownTheme) await draw(drawing);
      else if (shown && plot.clientWidth !== shownWidth) await Plotly.Plots.resize(plot);
      shownWidth = plot.clientWidth;
    } catch (error) {
      console.warn("tco figure:", error);
      if (Plotly) Plotly.purge(plot);
      fail(drawing);
    }
    busy = false;
    if (model.get("drawing") !== shown || theme() !== shownTheme) schedule();
  }

  async function draw(drawing) {
    shownTheme = theme();
    const { revision, alt, figure } = JSON.parse(themed(drawing, shownTheme));
    const layout = { autosize: true, ...figure.layout };
    if (!canDraw(Plotly, figure)) {
      Plotly.purge(plot);
      Plotly = await wholePlotly(model);
    }
    // A finger on a chart scrolls the page.
    if (matchMedia("(pointer: coarse)").matches) layout.dragmode ??= false;
    plot.style.height = `${layout.height || DEFAULT_HEIGHT_PX}px`;
    plot.hidden = false;
    note.hidden = true;
    save.hidden = false;
    const picture = JSON.stringify(figure);
    if (picture !== shownPicture || plot.clientWidth !== shownWidth) {
      await Plotly.react(plot, figure.data, layout, CONFIG);
    }
    shownPicture = picture;
    // The words stand for the picture; the buttons above it stay within reach.
    plot.setAttribute("role", "figure");
    plot.setAttribute("aria-label", alt);
    for (const svg of plot.querySelectorAll(".main-svg")) svg.setAttribute("aria-hidden", "true");
    shown = drawing;
    el.dataset.revision = revision;
    el.dataset.theme = shownTheme;
    el.dataset.state = "drawn";
  }

  function fail(drawing) {
    plot.hidden = true;
    save.hidden = true;
    note.hidden = false;
    note.textContent = FAILED;
    note.setAttribute("role", "alert");
    shown = drawing; // another drawing is another try
    shownTheme = theme();
    shownPicture = "";
    delete el.dataset.revision;
    el.dataset.state = "failed";
  }

  const sight = new IntersectionObserver(
    (entries) => {
      visible = entries.at(-1).isIntersecting;
      if (visible) schedule();
    },
    { rootMargin: "200px" },
  );
  const size = new ResizeObserver(schedule);
  // JupyterLab has its theme on the body, our pages on the root.
  const themes = new MutationObserver(schedule);
  for (const node of [document.documentElement, document.body])
    themes.observe(node, { attributeFilter: ["data-jp-theme-light"] });
  // Paper shows every chart, and is white: drawn at once, since the browser waits for nothing.
  const print = ({ type }) => {
    paper = type === "beforeprint";
    visible ||= paper;
    update();
  };
  for (const type of ["beforeprint", "afterprint"]) addEventListener(type, print);
  keepPlace();
  sight.observe(el);
  size.observe(el);
  model.on("change:drawing", schedule);

  return () => {
    clearTimeout(waiting);
    sight.disconnect();
    size.disconnect();
    themes.disconnect();
    for (const type of ["beforeprint", "afterprint"]) removeEventListener(type, print);
    model.off("change:drawing", schedule);
    if (Plotly) Plotly.purge(plot);
  };
}

export default { render };
