// Ask a question from the page: a study that is built in, its seeds, and any field that `striate list fields` lists.

import { command, counted, h, link, pathOf, show } from "/static/dom.js";
import { following } from "/static/jobs.js";
import { get, post } from "/static/live.js";
import { failure } from "/static/states.js";

export function startView({ main, signal, query, remember, go }) {
  let choices = null;
  let jobs = [];
  const form = { study: query.get("study") || "batchnorm", seeds: Number(query.get("seeds")) || 3, out: query.get("out") || "", beside: false };
  let settings = query.getAll("set").map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]);
  if (!settings.length) settings = [["data", "digits"], ["epochs", "10"]];
  let told = { faults: {}, error: "", plan: "", command: "" };
  let refused = ""; // why it did not begin, which another try may not meet
  let started = ""; // what was begun here, until its process has written it down
  let waiting = null;

  const look = following(signal, (found) => {
    jobs = found;
    const mine = jobs.find((one) => one.name === started);
    if (mine?.there || mine?.state === "ended" || mine?.state === "stopped") return go(pathOf("study", started));
    if (mine?.state === "failed") [started, refused] = ["", `It ended before it had begun: ${mine.said}`];
    draw();
  });

  async function begin() {
    try {
      choices = await get("/api/choices", {}, signal);
      draw();
      check();
      look();
    } catch (error) {
      failure(main, error, begin);
    }
  }
  const asked = () => ({ ...form, out: form.out || form.study, settings: settings.filter(([field]) => field) });

  function check() {
    clearTimeout(waiting);
    remember({ study: form.study, seeds: form.seeds, out: form.out, set: settings.filter(([field]) => field).map((pair) => pair.join("=")) });
    waiting = setTimeout(async () => {
      try {
        told = await post("/api/plan", asked(), signal);
      } catch (error) {
        if (error.name === "AbortError") return;
        told = { faults: {}, error: error.message, plan: "", command: "" };
      }
      refused = "";
      draw();
    }, 250);
  }

  async function start(event) {
    event.preventDefault();
    [refused, started] = ["", ""];
    try {
      started = (await post("/api/start", asked(), signal)).name;
      look();
    } catch (error) {
      if (error.name === "AbortError") return;
      refused = error.message;
    }
    draw();
  }

  const fault = (field, id = field) => told.faults[field] && h("p", { class: "fault", id: `fault-${id}`, role: "alert" }, told.faults[field]);
  const marked = (field, id = field) => ({ "aria-invalid": told.faults[field] ? "true" : null, "aria-describedby": told.faults[field] ? `fault-${id}` : null });

  function draw() {
    const meaning = new Map(choices.fields.map((row) => [row.field, row]));
    const wrong = told.error || Object.keys(told.faults).length;
    show(main, h("h1", {}, "Ask a question"),
      h("form", { class: "ask", onsubmit: start },
        h("div", { class: "field" }, h("label", { for: "study" }, "Study"), h("select", { id: "study", "data-keep": "study", onchange: (event) => { form.study = event.target.value; check(); } }, choices.studies.map((one) => h("option", { value: one.name, selected: one.name === form.study }, `${one.name}: ${one.summary}`))), fault("study")),
        h("div", { class: "field" }, h("label", { for: "seeds" }, "Seeds of each arm"), h("input", { id: "seeds", type: "number", min: 1, max: 100, value: form.seeds, "data-keep": "seeds", oninput: (event) => { form.seeds = Number(event.target.value); check(); } }), fault("seeds")),
        h("div", { class: "field" }, h("label", { for: "out" }, "Folder"), h("input", { id: "out", value: form.out, placeholder: form.study, "data-keep": "out", oninput: (event) => { form.out = event.target.value.trim(); check(); } }), fault("out")),
        h("fieldset", {}, h("legend", {}, "Fields of the recipe"), h("datalist", { id: "fields" }, choices.fields.map((row) => h("option", { value: row.field }, row.meaning))),
          settings.map(([field, value], place) => h("div", { class: "setting" },
            h("input", { "aria-label": `Field ${place + 1}`, list: "fields", value: field, "data-keep": `f${place}-${settings.length}`, onchange: (event) => { settings[place][0] = event.target.value.trim(); draw(); check(); } }), "=",
            h("input", { "aria-label": field ? `Value of ${field}` : `Value ${place + 1}`, value, placeholder: meaning.get(field)?.default ?? "", "data-keep": `v${place}-${settings.length}-${field}-${Boolean(told.faults[field])}`, ...marked(field, `set-${place}`), onchange: (event) => { settings[place][1] = event.target.value; check(); } }),
            h("button", { type: "button", class: "tiny", "aria-label": `Remove ${field || `field ${place + 1}`}`, onclick: () => { settings = settings.filter((_, i) => i !== place); draw(); check(); } }, "remove"),
            meaning.get(field) && h("small", {}, `${meaning.get(field).meaning} (${meaning.get(field).accepted})`), fault(field, `set-${place}`))),
          h("p", {}, h("button", { type: "button", class: "tiny", onclick: () => { settings = [...settings, ["", ""]]; draw(); } }, "one more field"))),
        h("label", { class: "check" }, h("input", { type: "checkbox", id: "beside", "data-keep": "beside", onchange: (event) => { form.beside = event.target.checked; refused = ""; draw(); } }), "beside one that is running already"),
        (told.error || refused) && h("p", { class: "note", role: "alert" }, told.error || refused),
        h("p", {}, h("button", { class: "main", disabled: Boolean(wrong || started) }, started ? "Starting…" : told.runs ? `Start ${counted(told.runs, "run")}` : "Start"))),
      jobs.length > 0 && h("section", { "aria-label": "Started here" }, h("h2", {}, "Started here"), h("ul", {}, jobs.map((job) => h("li", {}, link(pathOf("study", job.name), job.name), ` ${job.state}`, job.said && h("small", {}, ` ${job.said}`))))),
      h("section", { "aria-label": "What will run" }, h("h2", {}, "What will run"), told.plan ? h("pre", {}, told.plan) : h("p", { class: "soft" }, "This is shown once the fields fit together."), told.command && command(told.command)));
    mark();
  }
  // Fields in which somebody may be writing stay as they are, but for whether they are wrong.
  function mark() {
    for (const field of ["study", "seeds", "out"]) {
      for (const [name, value] of Object.entries(marked(field))) {
        if (value === null) document.getElementById(field).removeAttribute(name);
        else document.getElementById(field).setAttribute(name, value);
      }
    }
  }
  begin();
  return { changed: (names) => { if (choices) look(); if (choices && names === null) check(); } };
}
