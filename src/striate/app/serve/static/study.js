// One study, alive: verdicts with the path of their looks, and every curve with arms, seeds and axes to be switched.

import { intervals, key, lineChart } from "/static/chart.js";
import { accuracy, bar, command, duration, h, link, pathOf, show, status } from "/static/dom.js";
import { get, post } from "/static/live.js";
import { failure, later } from "/static/states.js";

const PANELS = [["val_accuracy", "Validation accuracy"], ["train_accuracy", "Training accuracy"], ["val_loss", "Validation loss"], ["train_loss", "Training loss"]];
const AXES = { epoch: "epochs", images: "images", seconds: "seconds" };

export function studyView({ main, name, signal, query, remember }) {
  const charts = PANELS.map(([id, title]) => lineChart(id, title));
  const off = new Set(query.getAll("off"));
  let axis = AXES[query.get("x")] ? query.get("x") : "epoch";
  let seeds = query.get("seeds") === "1";
  let log = query.get("y") !== "linear";
  let logx = query.get("logx") === "1";
  let study = null;

  const load = later(async () => {
    try {
      study = await get("/api/study", { name }, signal);
      draw();
    } catch (error) {
      failure(main, error, load);
    }
  }, signal);

  function keep() {
    remember({ x: axis === "epoch" ? null : axis, seeds: seeds ? 1 : null, y: log ? null : "linear", logx: logx ? 1 : null });
    const now = new URLSearchParams(location.search);
    now.delete("off");
    for (const arm of off) now.append("off", arm);
    history.replaceState(null, "", location.pathname + (now.size ? `?${now}` : ""));
    draw();
  }

  function along(arm, run, epoch) {
    if (axis === "epoch") return epoch;
    const row = run.timing.find(([, e]) => e === epoch);
    if (!row) return null;
    return axis === "seconds" ? row[2] : row[0] * (Number(arm.changes.batch_size) || study.base.batch_size);
  }

  function seriesOf(metric) {
    return study.arms.filter((arm) => !off.has(arm.name)).map((arm) => {
      const lines = arm.runs.filter((run) => run.curves[metric]?.length).map((run) => ({ name: `seed ${run.seed}`, faint: true,
        points: run.curves[metric].map(([epoch, value]) => [along(arm, run, epoch), value, epoch]).filter(([x]) => x !== null) }));
      return { name: arm.name, colour: arm.colour, dash: arm.dash, lines: [...(seeds ? lines : []), { name: "mean", points: mean(lines), faint: false }] };
    }).filter((one) => one.lines.some((line) => line.points.length));
  }

  const toggle = (arm) => {
    off.has(arm.name) ? off.delete(arm.name) : off.add(arm.name);
    keep();
  };
  let said = "";
  const steer = async (event, path) => {
    event.target.disabled = true;
    try {
      await post(path, { name }, signal);
      said = path.endsWith("stop") ? "It is being stopped; what has ended stays." : "It goes on.";
    } catch (error) {
      if (error.name === "AbortError") return;
      said = error.message;
    }
    event.target.disabled = false;
    await load();
  };
  const select = (id, label, value, values, change) => h("label", { class: "field", for: id }, label,
    h("select", { id, "data-keep": id, onchange: (event) => change(event.target.value) }, Object.entries(values).map(([one, word]) => h("option", { value: one, selected: one === value }, word))));
  const check = (id, label, value, change) => h("label", { class: "check" }, h("input", { type: "checkbox", id, checked: value, "data-keep": id, onchange: (event) => change(event.target.checked) }), label);

  function draw() {
    const seconds = study.arms.flatMap((arm) => arm.runs.map((run) => run.seconds)).filter(Boolean);
    show(main,
      h("p", { class: "over" }, link("/", "Runs and studies"), ` / ${name}`),
      h("h1", {}, study.question || study.study),
      h("p", { class: "counts" }, `${study.ended} of ${study.runs} runs ended`, study.going ? [" ", status("running")] : null, seconds.length ? ` · ${duration(seconds.reduce((a, b) => a + b, 0))} in updates so far` : ""),
      bar(study.runs ? study.ended / study.runs : 0, "runs ended"),
      h("p", { class: "steer" }, study.going ? h("button", { type: "button", onclick: (event) => steer(event, "/api/stop") }, "Stop") : study.ended < study.runs && h("button", { type: "button", onclick: (event) => steer(event, "/api/continue") }, "Continue"), h("span", { role: "status" }, said && ` ${said}`)),
      study.damaged.map((wrong) => h("p", { class: "note" }, `Damaged: ${wrong}. The rest is shown.`)),
      Object.entries(study.failures).map(([run, why]) => h("p", { class: "note" }, `${run}: ${why}`)),
      h("section", { "aria-label": "Verdicts" }, h("h2", {}, "Verdicts as they stand"), study.verdicts.length ? study.verdicts.map(card) : h("p", {}, "This study claims nothing: its curves are all there is.")),
      h("section", { "aria-label": "Curves" }, h("h2", {}, "Curves"),
        h("div", { class: "controls" },
          select("x", "Along", axis, AXES, (value) => { axis = value; keep(); }),
          check("seeds", "each seed", seeds, (value) => { seeds = value; keep(); }),
          check("log", "log losses", log, (value) => { log = value; keep(); }),
          check("logx", "log along", logx, (value) => { logx = value; keep(); })),
        h("div", { class: "legend", role: "group", "aria-label": "Arms shown" }, study.arms.map((arm) =>
          h("button", { type: "button", class: "arm", "aria-pressed": String(!off.has(arm.name)), onclick: () => toggle(arm) }, key(arm), arm.name))),
        h("div", { class: "panels" }, charts.map((chart) => chart.element))),
      h("section", { "aria-label": "Arms" }, h("h2", {}, "Arms"), arms(study, name)),
      h("section", { "aria-label": "By command" }, h("h2", {}, "By command and as files"), command(study.command),
        h("p", {}, h("a", { href: `/api/report?${new URLSearchParams({ name })}`, download: "" }, "The report, one file"), " · ",
          h("a", { href: `/api/file?${new URLSearchParams({ name, to: "csv", file: "curves" })}`, download: "" }, "All curves (CSV)"), " · ",
          h("a", { href: `/api/file?${new URLSearchParams({ name, to: "csv", file: "comparisons" })}`, download: "" }, "Comparisons (CSV)"))));
    PANELS.forEach(([metric], place) => charts[place].update(seriesOf(metric), { xlabel: AXES[axis], xname: axis, log: log && metric.endsWith("loss"), logx }));
  }
  load();
  const mine = (names) => names === null || names.some((one) => one === name || one.startsWith(`${name}/`) || name === ".");
  return { changed: (names) => { if (mine(names)) load(); } };
}

// The mean of the seeds at each epoch that at least one has reached, at their mean place along the axis.
function mean(lines) {
  const at = new Map();
  for (const { points } of lines) for (const [x, y, epoch] of points) at.set(epoch, [...(at.get(epoch) || []), [x, y]]);
  return [...at.entries()].sort(([a], [b]) => a - b).map(([, all]) => {
    const sum = (place) => all.reduce((total, one) => total + one[place], 0) / all.length;
    return [sum(0), all.some(([, y]) => y === null) ? null : sum(1)];
  });
}

function card(verdict) {
  const rows = verdict.comparisons.map((entry) => ({ ...entry, ...entry.comparison })).filter((c) => Number.isFinite(c.effect))
    .map((c) => ({ name: `${c.treatment} − ${c.control}`, effect: c.effect, low: c.low, high: c.high, boundless: c.boundless }));
  const last = verdict.looks.at(-1);
  const path = verdict.looks.filter((look) => look.treatment === last.treatment && look.control === last.control)
    .map((look) => ({ name: `${look.seeds} seeds`, effect: look.effect, low: look.low, high: look.high }));
  const reach = path.length ? 4 * Math.max(Math.abs(path.at(-1).low), Math.abs(path.at(-1).high), verdict.margin || 0) : Infinity;
  return h("article", { class: `card ${verdict.answer}` },
    h("p", { class: "heading" }, h("b", { class: "answer" }, verdict.answer), " ", verdict.claim),
    h("h3", { class: "statement" }, verdict.statement),
    verdict.reason && h("p", {}, verdict.reason),
    h("div", { class: "evidence" },
      verdict.facts.length > 0 && h("dl", { class: "facts" }, verdict.facts.map((fact) => h("div", {}, h("dt", {}, fact.name), h("dd", {}, fact.value, fact.aside && h("small", {}, fact.aside))))),
      rows.length > 0 && intervals(`effect-${verdict.claim}`, `${verdict.axis[0].toUpperCase()}${verdict.axis.slice(1)}`, rows, verdict.margin),
      path.length > 1 && intervals(`looks-${verdict.claim}`, `Look by look: ${last.treatment} − ${last.control}`, path, verdict.margin, reach || Infinity)));
}

function arms(study, name) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of arms" }, h("table", { class: "stacked" },
    h("thead", {}, h("tr", {}, ["arm", "changes", "final validation", "test", "runs"].map((word) => h("th", { scope: "col" }, word)))),
    h("tbody", {}, study.arms.map((arm) => h("tr", {}, h("th", { scope: "row" }, key(arm), " ", arm.name),
      h("td", { "data-label": "changes" }, Object.entries(arm.changes).map(([field, value]) => `${field}=${value}`).join(", ") || "the base recipe"),
      h("td", { "data-label": "final validation" }, score(arm.score?.final)),
      h("td", { "data-label": "test" }, score(arm.score?.test)),
      h("td", { "data-label": "runs" }, h("span", { class: "runs" }, arm.runs.map((run) => run.status === "waiting" ? h("span", { class: "status waiting", title: "waiting" }, `${run.seed}`)
        : h("a", { class: `status ${run.status}`, href: pathOf("run", arm.folder ? `${name === "." ? "" : `${name}/`}${arm.folder}/${run.seed}` : name), title: `${run.status}${run.reason ? `: ${run.reason}` : ""}` }, `${run.seed}`, h("span", { class: "out" }, ` ${run.status}`))))))))));
}

const score = (one) => (one && one.mean !== null ? [accuracy(one.mean), h("small", {}, Number.isFinite(one.low) ? `${accuracy(one.low)} to ${accuracy(one.high)}` : "")] : "–");
