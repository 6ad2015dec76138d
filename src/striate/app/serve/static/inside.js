// Look inside a net: choose it and a picture, and see what a probe finds; each view with its command.

import { command, h, show } from "/static/dom.js";
import { get, upload } from "/static/live.js";
import { failure } from "/static/states.js";

const PROBES = {
  maps: "Feature maps", saliency: "Saliency", gradcam: "Grad-CAM", occlusion: "Occlusion", localise: "Localise", filters: "Filters", maximize: "Maximize", fool: "Fool",
};
const METHODS = ["gradient", "signed", "times-input", "smoothgrad", "integrated"];
// Probe -> its controls: [name, label, kind, ...]; "steps" grows by itself while the probe plays.
const CONTROLS = {
  maps: [["tap", "Tap", "tap"]],
  saliency: [["class", "Class", "class"], ["method", "Method", "choice", METHODS]],
  gradcam: [["class", "Class", "class"], ["tap", "Tap", "tap", "the last one"]],
  occlusion: [["class", "Class", "class"], ["window", "Patch (pixels)", "number", 1, 64, 1], ["stride", "Step (pixels)", "number", 1, 64, 1]],
  localise: [["class", "Class", "class"], ["threshold", "Threshold", "range", 0.05, 0.95, 0.05, 0.2], ["scale", "Enlarged", "range", 1, 4, 0.5, 1]],
  filters: [["tap", "Convolution", "tap", "the first one"]],
  maximize: [["tap", "Tap", "tap", "the last one"], ["channels", "Channels (4 at most)", "text", "0 1 2"], ["steps", "Steps", "range", 1, 512, 1, 64], ["rate", "Length of a step", "range", 0.01, 0.2, 0.01, 0.05]],
  fool: [["class", "To be taken for", "class", "every class"], ["steps", "Steps at most", "range", 0, 500, 1, 100], ["budget", "Largest change", "range", 0, 8, 0.1, 0], ["norm", "Measured in", "choice", ["l2", "linf"]]],
};
const PICTURED = (probe) => !["filters", "maximize"].includes(probe);

export function insideView({ main, signal, query, remember }) {
  let nets = [];
  let net = null;
  let chosen = query.get("net") || "";
  let image = query.get("image") || "";
  let probe = PROBES[query.get("probe")] ? query.get("probe") : "gradcam";
  const values = Object.fromEntries([...query].filter(([key]) => !["net", "image", "probe"].includes(key)));
  const result = h("div", { class: "result", "data-keep": "result", "aria-live": "polite" });
  let working = null;

  async function begin() {
    try {
      nets = (await get("/api/folder", {}, signal)).all;
      chosen ||= nets[0] || "";
      draw();
      if (chosen) await open();
    } catch (error) {
      failure(main, error, begin);
    }
  }

  async function open() {
    net = null;
    said("Opening the net…");
    try {
      net = await get("/api/net", { net: chosen }, signal);
      if (!image && net.data) image = `${net.data}:0`;
      draw();
      look();
    } catch (error) {
      if (error.name !== "AbortError") said(error.message, true);
      draw();
    }
  }

  const said = (text, wrong) => result.replaceChildren(h("p", { class: wrong ? "note" : "loading", role: wrong ? "alert" : "status" }, text));

  function keep() {
    const own = Object.fromEntries((CONTROLS[probe] || []).map(([key]) => [key, values[key] ?? null]));
    const gone = Object.fromEntries(Object.keys(values).map((key) => [key, null]));
    remember({ ...gone, ...own, net: chosen, image, probe });
  }

  async function look(more = {}) {
    if (!net) return;
    working?.abort();
    const mine = new AbortController();
    working = mine;
    signal.addEventListener("abort", () => mine.abort());
    keep();
    const controls = CONTROLS[probe];
    const asked = { net: chosen, ...(PICTURED(probe) ? { image } : {}), ...Object.fromEntries(controls.map(([key, , kind, , , , start]) => [key, values[key] ?? (kind === "range" && key !== "budget" ? start : "")]).filter(([, v]) => v !== "" && !(v === "0" && ["budget"].includes("budget") && v === 0))), ...more };
    if (!Number(asked.budget)) delete asked.budget;
    if (probe === "maps") asked.tap ||= net.taps[0]?.name;
    result.setAttribute("aria-busy", "true");
    if (!result.querySelector(".group")) said("Looking…");
    try {
      const shown = await get(probe === "maps" ? "/api/maps" : "/api/look", probe === "maps" ? asked : { probe, ...asked }, mine.signal);
      result.replaceChildren(...(probe === "maps" ? maps(shown, asked.tap) : page(shown)));
      return true;
    } catch (error) {
      if (error.name === "AbortError") return false;
      if (!error.kind) throw error;
      said(error.message, true);
      return false;
    } finally {
      if (working === mine) result.removeAttribute("aria-busy");
    }
  }

  async function play(event) {
    const most = Number(values.steps ?? CONTROLS[probe].find(([key]) => key === "steps")[6]);
    event.target.disabled = true;
    for (let steps = probe === "fool" ? 1 : 2; ; steps = Math.min(most, steps * 2)) {
      if (!(await look({ steps })) || steps >= most) break;
      await new Promise((done) => setTimeout(done, 350));
    }
    event.target.disabled = false;
  }

  async function drop(file) {
    if (!file) return;
    said("Reading the picture…");
    try {
      if (file.size > 32 * 2 ** 20) throw new Error("This picture has more than 32 MB; make it smaller.");
      ({ image } = await upload("/api/picture", file, { name: file.name }, signal));
      draw();
      look();
    } catch (error) {
      if (error.name !== "AbortError") said(error.message, true);
    }
  }

  function control([name, label, kind, ...more]) {
    const id = `o-${probe}-${name}`;
    const change = (event) => { values[name] = event.target.value; look(); };
    const value = values[name];
    const option = (one, word = one) => h("option", { value: one, selected: String(one) === String(value ?? "") }, word);
    if (kind === "class") return box(label, id, h("select", { id, onchange: change }, option("", more[0] || "the predicted one"), (net?.classes || []).map((one, place) => option(String(place), one))));
    if (kind === "tap") return box(label, id, h("select", { id, onchange: change }, more[0] ? option("", more[0]) : null, (net?.taps || []).filter((tap) => probe !== "filters" || tap.kind === "convolution").map((tap) => option(tap.name, `${tap.name} (${tap.shape.join(" × ")})`))));
    if (kind === "choice") return box(label, id, h("select", { id, onchange: change }, more[0].map((one) => option(one))));
    if (kind === "range") {
      const [min, max, step, start] = more;
      const out = h("output", { for: id }, value ?? (name === "budget" ? "any" : start));
      return box(label, id, h("input", { type: "range", id, min, max, step, value: value ?? start, oninput: (event) => { out.textContent = name === "budget" && !Number(event.target.value) ? "any" : event.target.value; }, onchange: change }), out);
    }
    const bounds = kind === "number" ? { min: more[0], max: more[1], step: more[2], placeholder: "own choice" } : {};
    return box(label, id, h("input", { type: kind, id, ...bounds, value: value ?? (kind === "text" ? more[0] : ""), onchange: change }));
  }
  const box = (label, id, ...inner) => h("div", { class: "field", "data-keep": `${id}-${net?.name || ""}` }, h("label", { for: id }, label), ...inner);

  function draw() {
    const choices = [...new Set([chosen, ...nets].filter(Boolean))];
    const file = h("input", { type: "file", id: "file", accept: "image/*", class: "out", onchange: () => drop(file.files[0]) });
    const dropper = h("div", { class: "drop", "data-keep": "drop", ondragover: (event) => { event.preventDefault(); dropper.classList.add("over-it"); }, ondragleave: () => dropper.classList.remove("over-it"),
      ondrop: (event) => { event.preventDefault(); dropper.classList.remove("over-it"); drop(event.dataTransfer.files[0]); } }, file, h("label", { for: "file" }, "Drop a picture here, or choose one"));
    show(main, h("h1", {}, "Look inside"),
      !choices.length && [h("p", {}, "There is no finished run in this folder yet. Train one, and it can be chosen here:"), h("pre", {}, "striate train --set data=digits")],
      h("div", { class: "controls wide" },
        h("div", { class: "field" }, h("label", { for: "net" }, "Net"), h("input", { id: "net", list: "nets", value: chosen, "data-keep": "net", placeholder: "a run, or timm:NAME", onchange: (event) => { chosen = event.target.value.trim(); image = image.startsWith("dropped:") ? image : ""; for (const key of Object.keys(values)) delete values[key]; open(); } }),
          h("datalist", { id: "nets" }, choices.map((one) => h("option", { value: one })))),
        h("div", { class: "field" }, h("label", { for: "image" }, "Picture"), h("input", { id: "image", value: image, "data-keep": `image-${image}`, placeholder: "digits:0", disabled: !PICTURED(probe), onchange: (event) => { image = event.target.value.trim(); look(); } })),
        dropper),
      h("div", { class: "tabs", role: "group", "aria-label": "Probe" }, Object.entries(PROBES).map(([name, word]) => h("button", { type: "button", "aria-pressed": String(name === probe), onclick: () => { probe = name; result.replaceChildren(); draw(); look(); } }, word))),
      net && h("div", { class: "controls", "data-keep": `controls-${probe}-${chosen}-${net.name}` }, CONTROLS[probe].map(control), ["maximize", "fool"].includes(probe) && h("button", { type: "button", onclick: play }, "Play step by step")),
      result);
  }
  begin();
  return {};
}

const picture = (panel) => h("figure", { class: panel.wide ? "shot wide" : "shot" }, h("img", { src: panel.uri, alt: panel.caption }), h("figcaption", {}, panel.caption));

function maps(shown, tap) {
  const rest = shown.channels - shown.panels.length;
  return [h("p", { class: "soft" }, `${tap}: ${shown.shape.join(" × ")} (channels, rows, columns). Blue is below 0 where a map has both signs; each map has its own scale.${rest > 0 ? ` ${rest} more are not shown.` : ""}`),
    h("div", { class: "group maps" }, shown.panels.map(picture))];
}

function page(shown) {
  return [h("h2", {}, shown.title), shown.formula && formula(shown.formula), shown.words.map((text) => h("p", {}, text)),
    shown.groups.map((group) => h("section", { class: "group", "aria-label": group.title }, group.title && h("h3", {}, group.title), group.lines.map((line) => h("p", { class: "soft" }, line)), h("div", { class: "shots" }, group.panels.map(picture)))),
    shown.legend && h("figure", { class: "legend-bar" }, h("img", { src: shown.legend.uri, alt: "" }), h("div", { class: "ends" }, shown.legend.ends.map((end) => h("span", {}, end))), h("p", { class: "soft" }, shown.legend.text)),
    shown.tables.map((table) => h("details", {}, h("summary", {}, table.title || "Numbers"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": table.title || "Numbers" }, h("table", {}, h("thead", {}, h("tr", {}, table.columns.map((one) => h("th", { scope: "col" }, one)))), h("tbody", {}, table.rows.map((row) => h("tr", {}, row.map((one, place) => h(place ? "td" : "th", place ? {} : { scope: "row" }, one))))))))),
    command(shown.command)].flat(3).filter(Boolean);
}

// MathML that this server made from its own formulas; only its elements are taken over, no attribute that could act.
function formula(text) {
  const read = new DOMParser().parseFromString(text, "text/html").querySelector("math");
  if (!read) return null;
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
    const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", node.localName);
    for (const { name, value } of node.attributes) if (!name.startsWith("on") && !name.includes("href") && name !== "style") made.setAttribute(name, value);
    made.append(...[...node.childNodes].map(copy));
    return made;
  };
  return h("div", { class: "formula", tabindex: "0", role: "region", "aria-label": "Formula" }, copy(read));
}
