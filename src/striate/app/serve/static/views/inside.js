// Look inside a net: choose it and a picture, and see what a probe finds; each view with its command.

import { h, show } from "/static/dom.js";
import { get } from "/static/live.js";
import { picture, shownPage } from "/static/shown.js";
import { sources } from "/static/sources.js";
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
const OWN = ["net", "weights", "trained_on", "image", "probe"]; // what stands in the address beside the controls

export function insideView({ main, signal, query, remember }) {
  const chosen = Object.fromEntries(["net", "weights", "trained_on", "image"].map((key) => [key, query.get(key) || ""]));
  let net = null;
  let probe = PROBES[query.get("probe")] ? query.get("probe") : "gradcam";
  const values = Object.fromEntries([...query].filter(([key]) => !OWN.includes(key)));
  const result = h("div", { class: "result", "data-keep": "result", "aria-live": "polite" });
  const clock = h("span", { role: "timer" });
  const stop = h("button", { type: "button", class: "tiny", onclick: () => working?.abort("stopped") }, "Stop");
  const busy = h("p", { class: "busy", "data-keep": "busy" }, h("span", { hidden: true }, clock, " ", stop));
  let working = null;
  const from = sources({ chosen, open: other, look: see, said, signal });

  async function begin() {
    try {
      await from.begin();
      draw();
      if (chosen.net || chosen.weights) await open();
    } catch (error) {
      failure(main, error, begin);
    }
  }

  function other(changes) {
    Object.assign(chosen, changes);
    if (!chosen.image.startsWith("dropped:")) chosen.image = "";
    for (const key of Object.keys(values)) delete values[key];
    open();
  }

  function see(image) {
    chosen.image = image;
    draw();
    look();
  }

  const source = () => Object.fromEntries(["net", "weights", "trained_on"].map((key) => [key, chosen[key]]).filter(([, value]) => value));

  async function open() {
    net = null;
    said("Opening the net…");
    keep();
    draw();
    const found = await timed((mine) => get("/api/net", source(), mine));
    if (!found) return;
    net = found;
    chosen.net = net.name;
    if (!chosen.image && net.data) chosen.image = `${net.data}:0`;
    draw();
    look();
  }

  function said(text, wrong) {
    result.replaceChildren(h("p", { class: wrong ? "note" : "loading", role: wrong ? "alert" : "status" }, text));
  }

  // What `ask` brings, or null where it failed, was stopped, or is of no interest any more; after a second it can be stopped.
  async function timed(ask) {
    working?.abort();
    const mine = new AbortController();
    const leave = () => mine.abort();
    const begun = performance.now();
    const seconds = () => Math.round((performance.now() - begun) / 1000);
    working = mine;
    signal.addEventListener("abort", leave);
    const tick = setInterval(() => { clock.textContent = `${seconds()} s`; stop.parentElement.hidden = false; }, 1000);
    result.setAttribute("aria-busy", "true");
    try {
      return await ask(mine.signal);
    } catch (error) {
      if (mine.signal.reason === "stopped") said(`Stopped after ${seconds()} s.`);
      else if (!mine.signal.aborted && !error.kind) throw error;
      else if (!mine.signal.aborted) said(error.message, true);
      return null;
    } finally {
      clearInterval(tick);
      signal.removeEventListener("abort", leave);
      if (working === mine) {
        working = null;
        stop.parentElement.hidden = true;
        result.removeAttribute("aria-busy");
      }
    }
  }

  function keep() {
    const own = Object.fromEntries((CONTROLS[probe] || []).map(([key]) => [key, values[key] ?? null]));
    const gone = Object.fromEntries(Object.keys(values).map((key) => [key, null]));
    remember({ ...gone, ...own, ...chosen, probe });
  }

  async function look(more = {}) {
    if (!net) return false;
    keep();
    const asked = { ...source(), ...(PICTURED(probe) ? { image: chosen.image } : {}), ...more };
    for (const [key, , kind, , , , start] of CONTROLS[probe]) {
      const value = values[key] ?? (kind === "range" ? start : "");
      if (!(key in asked) && value !== "" && !(key === "budget" && !Number(value))) asked[key] = value;
    }
    if (probe === "maps") asked.tap ||= net.taps[0]?.name;
    if (!result.querySelector(".group")) said("Looking…");
    const shown = await timed((mine) => get(probe === "maps" ? "/api/maps" : "/api/look", probe === "maps" ? asked : { probe, ...asked }, mine));
    if (shown) result.replaceChildren(...(probe === "maps" ? maps(shown, asked.tap) : shownPage(shown)));
    return Boolean(shown);
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

  function choose(name) {
    probe = name;
    result.replaceChildren();
    draw();
    look();
  }

  function draw() {
    show(main, h("h1", {}, "Look inside"), from.draw(PICTURED(probe)),
      h("div", { class: "tabs", role: "group", "aria-label": "Probe" }, Object.entries(PROBES).map(([name, word]) => h("button", { type: "button", "aria-pressed": String(name === probe), onclick: () => choose(name) }, word))),
      h("div", { class: "controls", "data-keep": `controls-${probe}-${net ? JSON.stringify(source()) : ""}` }, net && CONTROLS[probe].map(control), net && ["maximize", "fool"].includes(probe) && h("button", { type: "button", onclick: play }, "Play step by step")),
      busy, result);
  }
  begin();
  return {};
}

function maps(shown, tap) {
  const rest = shown.channels - shown.panels.length;
  return [h("p", { class: "soft" }, `${tap}: ${shown.shape.join(" × ")} (channels, rows, columns). Blue is below 0 where a map has both signs; each map has its own scale.${rest > 0 ? ` ${rest} more are not shown.` : ""}`),
    h("div", { class: "group maps" }, shown.panels.map(picture))];
}
