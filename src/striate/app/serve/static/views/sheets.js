// Sheets of a course: the list; one with its questions, how far each part is and what it costs; made and continued from here.

import { bar, command, h, link, pathOf, show, status } from "/static/dom.js";
import { get, post, told } from "/static/live.js";
import { failure, later } from "/static/states.js";

const BUDGETS = { quick: "quick: offline, minutes", evening: "evening: real images, hours", full: "full: as asked, a day or more" };
const STATES = { done: "done", begun: "begun", waiting: "not begun", other: "another one lies there", damaged: "damaged" };

export function sheetsView({ main, name, signal, query, remember }) {
  const asked = { name, budget: query.get("budget") || "quick", data: query.get("data") || "" };
  let known = null;
  let sheet = null;
  let costs = {};
  let jobs = [];
  let said = "";
  let working = null;
  let again = null;
  let seen = query.get("document") === "1";
  const frame = h("iframe", { title: "The document of the sheet", sandbox: "", "data-keep": "document" });
  const estimating = h("p", { class: "busy", "data-keep": "estimating", role: "status" });

  const load = later(async () => {
    try {
      known ||= await get("/api/sheets", {}, signal);
      if (name) {
        [sheet, jobs] = [await get("/api/sheet", asked, signal), await get("/api/jobs", {}, signal)];
        if (seen && sheet.document && !frame.src) frame.src = address();
      }
      draw();
      clearTimeout(again);
      if (name && jobs.some((one) => one.name === sheet.folder && one.state === "running")) again = setTimeout(load, 2000); // that a document was written is told by no run
    } catch (error) {
      failure(main, error, load);
    }
  }, signal);
  signal.addEventListener("abort", () => clearTimeout(again));

  const address = () => `/api/sheet-document?${new URLSearchParams(asked)}`;

  function change(key, value) {
    asked[key] = value;
    costs = {};
    seen = false;
    frame.removeAttribute("src");
    remember({ budget: asked.budget, data: asked.data, document: null });
    load();
  }

  async function steer(path, given, words) {
    try {
      await post(path, given, signal);
      said = words;
    } catch (error) {
      if (error.name === "AbortError") return;
      said = error.message;
    }
    await load();
  }

  async function estimate() {
    if (working) return working.abort();
    const mine = new AbortController();
    signal.addEventListener("abort", () => mine.abort());
    working = mine;
    draw();
    try {
      costs = await told("/api/sheet-cost", asked, mine.signal, (done, of) => { estimating.textContent = `${done} of ${of} works looked at`; });
      estimating.textContent = "";
    } catch (error) {
      if (error.name !== "AbortError" && !error.kind) throw error;
      estimating.textContent = error.name === "AbortError" ? "Stopped." : error.message;
    }
    working = null;
    if (!signal.aborted) draw();
  }

  function reveal() {
    seen = !seen;
    remember({ document: seen ? 1 : null });
    if (seen) frame.src = address();
    draw();
  }

  function draw() {
    if (!name) {
      show(main, h("h1", {}, "Sheets"), h("p", {}, "The questions of a course homework, in order, each answered from proofs, studies, probes and nets: one document, made by this machine."),
        h("ul", { class: "list" }, known.sheets.map((one) => h("li", {}, link(`/sheets/${one.name}`, one.summary), h("span", { class: "soft" }, one.name)))));
      return;
    }
    const job = jobs.find((one) => one.name === sheet.folder);
    const going = job?.state === "running";
    const undone = sheet.works.filter((work) => work.state !== "done");
    const select = (key, label, options) => h("div", { class: "field" }, h("label", { for: key }, label), h("select", { id: key, disabled: going, onchange: (event) => change(key, event.target.value) }, options.map(([one, word]) => h("option", { value: one, selected: one === asked[key] }, word))));
    show(main, h("p", { class: "over" }, link("/sheets", "Sheets"), ` / ${sheet.name}`), h("h1", {}, sheet.title), sheet.intro && h("p", {}, sheet.intro),
      h("div", { class: "controls" }, select("budget", "Budget", known.budgets.map((one) => [one, BUDGETS[one] || one])), select("data", "Data", [["", "those of the budget"], ...known.data.map((one) => [one, one === "real" ? "real: those that each question names" : one])])),
      h("p", { class: "counts" }, `${sheet.works.length - undone.length} of ${sheet.works.length} works done`, going && [" ", status("running")]), bar(sheet.works.length ? (sheet.works.length - undone.length) / sheet.works.length : 1, "works done"),
      h("p", { class: "steer" }, going ? h("button", { type: "button", onclick: () => steer("/api/stop", { name: sheet.folder }, "It is being stopped; what is done stays.") }, "Stop")
        : h("button", { type: "button", class: "main", onclick: () => steer("/api/make-sheet", asked, "It has begun.") }, !undone.length && sheet.document ? "Make it again" : sheet.document || sheet.works.some((work) => work.state !== "waiting") ? "Continue" : "Make it"),
        h("button", { type: "button", disabled: !sheet.document, onclick: reveal }, seen ? "Hide the document" : "Show the document"), sheet.document && h("a", { href: address(), target: "_blank", rel: "noopener" }, "in a window of its own"),
        h("span", { role: "status" }, said || (job && job.state !== "running" ? `The last one ${job.state}.` : ""), job?.said && h("small", {}, ` ${job.said}`))),
      seen && sheet.document && frame,
      h("section", { "aria-label": "What it rests on" }, h("h2", {}, "What it rests on"),
        sheet.works.length ? [h("p", {}, h("button", { type: "button", onclick: estimate }, working ? "Stop" : "Estimate the time that is left"), h("small", {}, " from a few updates of each work that is not done")), estimating, works()] : h("p", {}, "It trains nothing.")),
      h("section", { "aria-label": "Questions" }, h("h2", {}, "Questions"), h("ol", { class: "questions" }, sheet.questions.map(question))),
      h("section", { "aria-label": "By command" }, h("h2", {}, "By command"), command(sheet.command)));
  }

  function works() {
    const head = ["work", "what", "state", "left"];
    return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Works" }, h("table", { class: "stacked" },
      h("thead", {}, h("tr", {}, head.map((word) => h("th", { scope: "col" }, word)))),
      h("tbody", {}, sheet.works.map((work) => h("tr", {}, h("th", { scope: "row" }, work.folder ? link(pathOf(work.study ? "study" : "run", `${sheet.folder}/${work.folder}`), work.name) : work.name),
        [[work.study ? `study ${work.study.split("/").at(-1)}` : "one run"], [h("span", { class: `state ${work.state}` }, STATES[work.state]), work.state === "begun" && h("small", {}, `${work.ended} of ${work.runs} runs`), work.why && h("small", {}, work.why)],
          [work.state === "done" ? "–" : costs[work.name] || left(work)]].map((cell, place) => h("td", { "data-label": head[place + 1] }, cell)))))));
  }

  function question(one) {
    const needed = new Set(one.parts.flatMap((part) => part.needs));
    const waits = sheet.works.filter((work) => needed.has(work.name) && work.state !== "done");
    return h("li", {}, h("p", {}, h("b", {}, one.number), " ", one.words),
      h("p", { class: "soft" }, [...new Set(one.parts.map((part) => part.kind))].join(" · ")),
      h("p", { class: "soft" }, waits.length ? `waits for ${waits.map((work) => `${work.name} (${left(work)})`).join(", ")}` : one.parts.some((part) => part.needs.length) ? "all that it rests on is done" : "needs no training"));
  }
  load();
  return { changed: (names) => { if (!name || names === null || !sheet || names.some((one) => one === "." || one === sheet.folder || one.startsWith(`${sheet.folder}/`))) load(); } };
}

const left = (work) => (work.runs ? `${work.runs - work.ended} ${work.runs - work.ended === 1 ? "run" : "runs"} of ${work.epochs} epochs on ${work.data}` : STATES[work.state]);
