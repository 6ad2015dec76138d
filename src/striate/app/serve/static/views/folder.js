// The folder: its studies with their verdicts as they stand, and its runs, live.

import { accuracy, ago, bar, counted, h, link, pathOf, show, status, titled } from "/static/dom.js";
import { get } from "/static/live.js";
import { failure, later } from "/static/states.js";

export function folderView({ main, signal, query, remember }) {
  let record = null;
  let wanted = query.get("find") || "";

  const load = later(async () => {
    try {
      record = await get("/api/folder", {}, signal);
      draw();
    } catch (error) {
      failure(main, error, load);
    }
  }, signal);

  const find = h("input", { id: "find", type: "search", value: wanted, autocomplete: "off", oninput: () => {
    wanted = find.value;
    remember({ find: wanted });
    draw();
  } });
  const finder = h("p", { class: "field", "data-keep": "find" }, h("label", { for: "find" }, "Find by name, net or data"), find);
  const fits = (...words) => words.join(" ").toLowerCase().includes(wanted.toLowerCase());

  function draw() {
    const studies = record.studies.filter((one) => fits(one.folder, one.name, one.question));
    const runs = record.runs.filter((one) => fits(one.folder, one.net, one.data, one.status));
    const nothing = !record.studies.length && !record.runs.length;
    show(main,
      h("p", { class: "over" }, record.folder),
      h("h1", {}, "Runs and studies"),
      nothing ? empty() : finder,
      !nothing && !studies.length && !runs.length && h("p", {}, "Nothing has this in its name."),
      studies.length > 0 && h("section", { "aria-label": "Studies" }, h("h2", {}, "Studies"), h("div", { class: "studies" }, studies.map(studyCard))),
      runs.length > 0 && h("section", { "aria-label": "Runs" }, h("h2", {}, "Runs"), table(runs)));
  }
  load();
  return { changed: load };
}

const empty = () => [
  h("p", {}, "Nothing has been trained here yet. A study asks a question, and appears on this page as soon as it begins:"),
  h("pre", {}, "striate study batchnorm"),
  h("p", {}, "It can be asked ", link("/start", "from this page"), " too."),
  h("p", {}, "A single run is made by ", h("code", {}, "striate train"), ". This page shows both while they run."),
];

function studyCard(study) {
  const counts = study.runs || {};
  const ended = (counts.finished || 0) + (counts.diverged || 0);
  const shown = ["running", "interrupted", "failed", "diverged", "damaged"].filter((word) => counts[word]);
  return h("article", { class: "study" },
    h("h3", {}, link(pathOf("study", study.folder), study.question || study.name)),
    h("p", { class: "soft" }, `${titled(study.folder)}${study.arms.length ? ` · ${counted(study.arms.length, "arm")}` : ""}${study.seeds ? ` × ${counted(study.seeds, "seed")}` : ""}`),
    study.why && h("p", { class: "note" }, study.why),
    study.most ? [bar(ended / study.most, `${study.name}: runs ended`), h("p", { class: "counts" }, `${ended} of ${study.until ? "at most " : ""}${counted(study.most, "run")} ended`, study.going && " ",
      study.going && h("span", { class: "status running" }, "running"), shown.filter((word) => word !== "running" || !study.going).map((word) => [" ", h("span", { class: `status ${word}` }, `${counts[word]} ${word}`)]))] : null,
    study.verdicts.length > 0 && h("ul", { class: "verdicts" }, study.verdicts.map(([claim, answer, spent, planned]) =>
      h("li", { class: answer }, h("b", { class: "answer" }, answer), " ", claim, planned > 1 && h("small", {}, ` look ${Math.max(spent, 1)} of ${study.until ? "at most " : ""}${planned}`)))));
}

function table(runs) {
  const head = ["run", "net", "data", "seed", "status", "epoch", "best validation", "test", "last sign"];
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of runs" }, h("table", { class: "stacked" },
    h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, runs.map((run) => {
      const cells = [run.net || "–", run.data || "–", run.seed ?? "–", [status(run.status), run.why && h("small", {}, run.why)],
        run.epochs ? `${run.epoch} of ${run.epochs}` : run.epoch, [accuracy(run.best), run.best !== null && h("small", {}, `epoch ${run.best_epoch}`)], accuracy(run.test), ago(run.age)];
      return h("tr", {}, h("th", { scope: "row" }, link(pathOf("run", run.folder), titled(run.folder))),
        cells.map((cell, place) => h("td", { "data-label": head[place + 1] }, cell)));
    }))));
}
