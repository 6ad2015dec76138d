// One study, alive: verdicts with the path of their looks, and every curve with arms, seeds and axes to be switched.

import { intervals, key } from "/static/chart.js";
import { studyCurves } from "/static/curves.js";
import { accuracy, bar, command, counted, duration, h, less, link, pathOf, show, status, titled } from "/static/dom.js";
import { following } from "/static/jobs.js";
import { get, post } from "/static/live.js";
import { chosenOf, failure, kept, later } from "/static/states.js";

export function studyView({ main, name, signal, query, remember }) {
  const chosen = chosenOf(query);
  const curves = studyCurves(chosen, () => { remember(kept(chosen)); draw(); });
  let study = null;
  let said = "";

  const load = later(async () => {
    try {
      const found = await get("/api/study", { name }, signal);
      if (study && study.going !== found.going) said = ""; // what was said of it has come
      study = found;
      draw();
    } catch (error) {
      failure(main, error, load);
    }
  }, signal);

  let job = null; // its process, where this server started it
  const look = following(signal, (jobs) => {
    job = jobs.find((one) => one.name === name);
    if (study) draw();
  });
  let steering = false; // the button is not disabled meanwhile, which would take the focus from it
  const steer = async (path) => {
    if (steering) return;
    steering = true;
    try {
      await post(path, { name }, signal);
      said = path.endsWith("stop") ? "It is being stopped; what has ended stays." : "It is being started again.";
    } catch (error) {
      if (error.name === "AbortError") return;
      said = error.message;
    }
    steering = false;
    await load();
    look();
  };
  function draw() {
    const seconds = study.arms.flatMap((arm) => arm.runs.map((run) => run.seconds)).filter(Boolean);
    show(main,
      h("p", { class: "over" }, link("/", "Runs and studies"), ` / ${titled(name)}`),
      h("h1", {}, study.question || study.study),
      h("p", { class: "counts" }, `${study.ended} of ${counted(study.runs, "run")} ended`, study.going ? [" ", status("running")] : null, seconds.length ? ` · ${duration(seconds.reduce((a, b) => a + b, 0))} in updates so far` : "",
        study.going && study.pace && ` · ${few(study.pace.epochs_a_minute)} epochs a minute, ${study.until ? "at most " : ""}${duration(study.pace.left)} left at that rate`),
      bar(study.runs ? study.ended / study.runs : 0, "runs ended"),
      h("p", { class: "steer" }, study.going ? h("button", { type: "button", onclick: () => steer("/api/stop") }, "Stop") : study.ended < study.runs && h("button", { type: "button", onclick: () => steer("/api/continue") }, "Continue"), h("span", { role: "status" }, said && ` ${said}`)),
      job?.state === "failed" && !study.going && h("p", { class: "note", role: "alert" }, `It ended before its time: ${job.said}`),
      study.damaged.map((wrong) => h("p", { class: "note" }, `Damaged: ${wrong}. The rest is shown.`)),
      Object.entries(study.failures).map(([run, why]) => h("p", { class: "note" }, `${run}: ${why}`)),
      h("section", { "aria-label": "Verdicts" }, h("h2", {}, "Verdicts as they stand"), study.verdicts.length ? study.verdicts.map(card) : h("p", {}, "This study claims nothing: its curves are all there is.")),
      h("section", { "aria-label": "Curves" }, h("h2", {}, "Curves"),
        study.arms.length > 1 && h("p", {}, link(pathOf("compare", name), "Two arms side by side")),
        curves.controls(study)),
      h("section", { "aria-label": "Arms" }, h("h2", {}, "Arms"), arms(study, name)),
      h("section", { "aria-label": "By command" }, h("h2", {}, "By command and as files"), command(study.command),
        h("p", {}, h("a", { href: `/api/report?${new URLSearchParams({ name })}`, download: "" }, "The report, one file"), " · ",
          h("a", { href: `/api/file?${new URLSearchParams({ name, to: "csv", file: "curves" })}`, download: "" }, "All curves (CSV)"), " · ",
          h("a", { href: `/api/file?${new URLSearchParams({ name, to: "csv", file: "comparisons" })}`, download: "" }, "Comparisons (CSV)"))));
    curves.draw(study);
  }
  load();
  look();
  const mine = (names) => names === null || names.some((one) => one === name || one.startsWith(`${name}/`) || name === ".");
  return { changed: (names) => { if (mine(names)) { load(); look(); } } };
}

function card(verdict) {
  const rows = verdict.comparisons.map((entry) => ({ ...entry, ...entry.comparison })).filter((c) => Number.isFinite(c.effect))
    .map((c) => ({ name: less(c, verdict.turned), effect: c.effect, low: c.low, high: c.high, boundless: c.boundless }));
  const last = verdict.looks.at(-1);
  const path = verdict.looks.map((look) => ({ name: `${look.seeds} seeds`, effect: look.effect, low: look.low, high: look.high }));
  const reach = path.length ? 4 * Math.max(Math.abs(path.at(-1).low), Math.abs(path.at(-1).high), verdict.margin || 0) : Infinity;
  return h("article", { class: `card ${verdict.answer}` },
    h("p", { class: "heading" }, h("b", { class: "answer" }, verdict.answer), " ", verdict.claim),
    h("h3", { class: "statement" }, verdict.statement),
    verdict.reason && h("p", {}, verdict.reason),
    h("div", { class: "evidence" },
      verdict.facts.length > 0 && h("dl", { class: "facts" }, verdict.facts.map((fact) => h("div", {}, h("dt", {}, fact.name), h("dd", {}, fact.value, fact.aside && h("small", {}, fact.aside))))),
      rows.length > 0 && intervals(`effect-${verdict.claim}`, `${verdict.axis[0].toUpperCase()}${verdict.axis.slice(1)}`, rows, verdict.margin),
      path.length > 1 && intervals(`looks-${verdict.claim}`, `Look by look: ${less(last, verdict.turned)}`, path, verdict.margin, reach || Infinity)));
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

const few = (number) => (number < 10 ? number.toFixed(1) : Math.round(number).toLocaleString("en"));
