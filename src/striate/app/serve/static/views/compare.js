// Two arms of a study side by side: where they differ, their curves in one frame, what each seed gave, and what was judged of them.

import { intervals } from "/static/chart.js";
import { studyCurves } from "/static/curves.js";
import { accuracy, command, h, less, link, pathOf, show, status, titled } from "/static/dom.js";
import { get } from "/static/live.js";
import { chosenOf, failure, kept, later } from "/static/states.js";

const MEASURES = [["final", "final validation"], ["best", "best validation"], ["test", "test"]];

export function compareView({ main, name, signal, query, remember }) {
  const pair = { a: query.get("a") || "", b: query.get("b") || "" };
  const chosen = chosenOf(query);
  const curves = studyCurves(chosen, () => { remember(kept(chosen)); draw(); });
  let shown = null;

  const load = later(async () => {
    try {
      shown = await get("/api/compare", { name, ...pair }, signal);
      pair.a ||= shown.arms[0].name; // another pair may have been chosen while this answer came
      pair.b ||= shown.arms[1].name;
      draw();
    } catch (error) {
      failure(main, error, load);
    }
  }, signal);

  function choose(which, arm) {
    const other = which === "a" ? "b" : "a";
    if (pair[other] === arm) pair[other] = pair[which]; // the two change places
    pair[which] = arm;
    chosen.off.clear();
    remember({ ...pair, ...kept(chosen) });
    load();
  }

  const select = (which, word) => h("div", { class: "field" }, h("label", { for: which }, word),
    h("select", { id: which, onchange: (event) => choose(which, event.target.value) },
      shown.names.map((arm) => h("option", { value: arm, selected: arm === pair[which] }, arm))));

  function draw() {
    const [a, b] = shown.arms;
    show(main,
      h("p", { class: "over" }, link("/", "Runs and studies"), " / ", link(pathOf("study", name), titled(name)), " / two arms"),
      h("h1", {}, "Two arms side by side"),
      h("p", { class: "soft" }, shown.question, shown.going ? [" ", status("running")] : null),
      h("div", { class: "controls" }, select("a", "First"), select("b", "Second")),
      h("section", { "aria-label": "Where they differ" }, h("h2", {}, "Where they differ"), fields(shown, a, b)),
      h("section", { "aria-label": "What was judged" }, h("h2", {}, "What the study judged of the two"), judged(shown.judged)),
      h("section", { "aria-label": "Curves" }, h("h2", {}, "Curves"), curves.controls(shown)),
      h("section", { "aria-label": "Seed by seed" }, h("h2", {}, "Seed by seed"), seeds(shown, name)),
      h("section", { "aria-label": "By command" }, h("h2", {}, "By command"), command(shown.command)));
    curves.draw(shown);
  }
  load();
  const mine = (names) => names === null || names.some((one) => one === name || one.startsWith(`${name}/`) || name === ".");
  return { changed: (names) => { if (mine(names)) load(); } };
}

function table(label, head, rows) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, h("table", { class: "stacked" },
    h("thead", {}, h("tr", {}, head.map((word) => h("th", { scope: "col" }, word)))),
    h("tbody", {}, rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), rest.map((cell, place) => h("td", { "data-label": head[place + 1] }, cell)))))));
}

function fields(shown, a, b) {
  if (!shown.fields.length) return h("p", {}, "In no field: both have the same recipe.");
  return table("Fields that differ", ["field", a.name, b.name], shown.fields.map((field) => [field.name, ...field.values]));
}

function judged(found) {
  if (!found.length) return h("p", {}, "No claim of this study compares these two, so no interval is drawn: one made for arms that were picked by their curves would promise too much. A claim about them is fixed before the runs, as ", h("code", {}, "--claim 'A > B'"), ".");
  return found.map((one) => h("article", { class: `card ${one.answer}` },
    h("p", { class: "heading" }, h("b", { class: "answer" }, one.answer), " ", one.claim),
    intervals(`judged-${one.claim}`, `${one.axis[0].toUpperCase()}${one.axis.slice(1)}`, [{ name: `${less(one, one.turned)}${one.confidence ? `, ${Number((100 * one.confidence).toPrecision(4))} % interval` : ""}`, effect: one.effect, low: one.low, high: one.high, boundless: one.boundless }], one.margin)));
}

function seeds(shown, name) {
  const [a, b] = shown.arms;
  const head = ["seed", ...MEASURES.flatMap(([, word]) => [`${a.name}, ${word}`, `${b.name}, ${word}`])];
  const at = (run, arm, seed) => (run && run.status !== "waiting" && arm.folder ? h("a", { href: pathOf("run", `${name === "." ? "" : `${name}/`}${arm.folder}/${seed}`) }, arm.name) : null);
  const cell = (run, key) => (!run || run.status === "waiting" ? "waiting" : run[key] === null || run[key] === undefined ? (run.status === "finished" ? "–" : status(run.status)) : accuracy(run[key]));
  return table("Accuracies by seed", head, shown.seeds.map(({ seed, runs }) => [
    [String(seed), h("small", {}, [at(runs[0], a, seed), at(runs[1], b, seed)].filter(Boolean).flatMap((one, place) => (place ? [" · ", one] : [one])))],
    ...MEASURES.flatMap(([key]) => runs.map((run) => cell(run, key)))]));
}
