// Look inside a net: choose it and a picture, and see what a probe finds; each view with its command.

import { h, show } from "/static/dom.js";
import { get } from "/static/live.js";
import { picture, shownPage } from "/static/shown.js";
import { sources } from "/static/sources.js";
import { failure } from "/static/states.js";

const OWN = ["net", "weights", "trained_on", "image", "probe"]; // what stands in the address beside the controls

export function insideView({ main, signal, query, remember }) {
  const chosen = Object.fromEntries(["net", "weights", "trained_on", "image"].map((key) => [key, query.get(key) || ""]));
  let net = null;
  let probes = {}; // name -> what the server says of it: title, pictured, plays, controls
  let probe = query.get("probe");
  const values = Object.fromEntries([...query].filter(([key]) => !OWN.includes(key)));
  const result = h("div", { class: "result", "data-keep": "result", "aria-live": "polite" });
  const clock = h("span", { role: "timer" });
  const stop = h("button", { type: "button", class: "tiny", onclick: () => working?.abort("stopped") }, "Stop");
  const busy = h("p", { class: "busy", "data-keep": "busy" }, h("span", { hidden: true }, clock, " ", stop));
  let working = null;
  const from = sources({ chosen, open: other, look: see, said, signal });

  async function begin() {
    try {
      const [listed] = await Promise.all([get("/api/probes", {}, signal), from.begin()]);
      probes = Object.fromEntries(listed.map((one) => [one.name, one]));
      if (!probes[probe]) probe = "gradcam";
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
    const own = Object.fromEntries(probes[probe].controls.map(({ name }) => [name, values[name] ?? null]));
    const gone = Object.fromEntries(Object.keys(values).map((key) => [key, null]));
    remember({ ...gone, ...own, ...chosen, probe });
  }

  async function look(more = {}) {
    if (!net) return false;
    keep();
    const asked = { ...source(), ...(probes[probe].pictured ? { image: chosen.image } : {}), ...more };
    for (const { name, kind, start } of probes[probe].controls) {
      const value = values[name] ?? (kind === "range" ? start : "");
      if (!(name in asked) && value !== "") asked[name] = value;
    }
    if (probe === "maps") asked.tap ||= net.taps[0]?.name;
    if (!result.querySelector(".group")) said("Looking…");
    const shown = await timed((mine) => get(probe === "maps" ? "/api/maps" : "/api/look", probe === "maps" ? asked : { probe, ...asked }, mine));
    if (shown) result.replaceChildren(...(probe === "maps" ? maps(shown, asked.tap) : shownPage(shown)));
    return Boolean(shown);
  }

  async function play(event) {
    const most = Number(values.steps ?? probes[probe].controls.find(({ name }) => name === "steps").start);
    event.target.disabled = true;
    for (let steps = probe === "fool" ? 1 : 2; ; steps = Math.min(most, steps * 2)) {
      if (!(await look({ steps })) || steps >= most) break;
      await new Promise((done) => setTimeout(done, 350));
    }
    event.target.disabled = false;
  }

  function control({ name, label, kind, start, choices, least, most, step, free_at }) {
    const id = `o-${probe}-${name}`;
    const change = (event) => { values[name] = event.target.value; look(); };
    const value = values[name];
    const option = (one, word = one) => h("option", { value: one, selected: String(one) === String(value ?? "") }, word);
    if (kind === "class") return box(label, id, h("select", { id, onchange: change }, option("", start), (net?.classes || []).map((one, place) => option(String(place), one))));
    if (kind === "tap") return box(label, id, h("select", { id, onchange: change }, start ? option("", start) : null, (net?.taps || []).filter((tap) => probe !== "filters" || tap.kind === "convolution").map((tap) => option(tap.name, `${tap.name} (${tap.shape.join(" × ")})`))));
    if (kind === "choice") return box(label, id, h("select", { id, onchange: change }, choices.map((one) => option(one))));
    if (kind === "range") {
      const told = (text) => (free_at !== null && Number(text) === free_at ? "any" : text);
      const out = h("output", { for: id }, told(value ?? start));
      return box(label, id, h("input", { type: "range", id, min: least, max: most, step, value: value ?? start, oninput: (event) => { out.textContent = told(event.target.value); }, onchange: change }), out);
    }
    const bounds = kind === "number" ? { min: least, max: most, step, placeholder: "own choice" } : { placeholder: start };
    return box(label, id, h("input", { type: kind, id, ...bounds, value: value ?? (kind === "number" ? start : ""), onchange: change }));
  }
  const box = (label, id, ...inner) => h("div", { class: "field", "data-keep": `${id}-${net?.name || ""}` }, h("label", { for: id }, label), ...inner);

  function choose(name) {
    probe = name;
    result.replaceChildren();
    draw();
    look();
  }

  function draw() {
    show(main, h("h1", {}, "Look inside"), from.draw(probes[probe].pictured),
      h("div", { class: "tabs", role: "group", "aria-label": "Probe" }, Object.values(probes).map(({ name, title }) => h("button", { type: "button", "aria-pressed": String(name === probe), onclick: () => choose(name) }, title))),
      h("div", { class: "controls", "data-keep": `controls-${probe}-${net ? JSON.stringify(source()) : ""}` }, net && probes[probe].controls.map(control), net && probes[probe].plays && h("button", { type: "button", onclick: play }, "Play step by step")),
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
