// The curves of a study, whose arms, seeds and axes the reader switches: the same in the page that is served and in a report.
// A study is { arms: [{ name, changes, colour, dash, runs: [{ seed, images (of an epoch), curves: { val_loss: [[epoch, value]] }, timing: [[update, epoch, seconds]] }] }] }.

import { key, lineChart } from "/static/chart.js";
import { h } from "/static/dom.js";

const PANELS = [["val_accuracy", "Validation accuracy"], ["train_accuracy", "Training accuracy"], ["val_loss", "Validation loss"], ["train_loss", "Training loss"]];
const AXES = { epoch: "epochs", images: "images", seconds: "seconds" };

// `chosen` is what is on: { off: a Set of names of arms, axis, seeds, log, logx }; `changed` is called after each switch.
export function studyCurves(chosen, changed) {
  if (!AXES[chosen.axis]) chosen.axis = "epoch";
  const charts = PANELS.map(([id, title]) => lineChart(id, title));

  // A function from an epoch of the run to its place along the axis, null where that is not known.
  function along(run) {
    if (chosen.axis === "epoch") return (epoch) => epoch;
    if (chosen.axis === "images") return (epoch) => (run.images ? epoch * run.images : null);
    const seconds = new Map(run.timing.map(([, epoch, total]) => [epoch, total]));
    return (epoch) => seconds.get(epoch) ?? null;
  }

  function seriesOf(study, metric) {
    return study.arms.filter((arm) => !chosen.off.has(arm.name)).map((arm) => {
      const lines = arm.runs.filter((run) => run.curves[metric]?.length).map((run) => {
        const at = along(run);
        return { name: `seed ${run.seed}`, faint: true, points: run.curves[metric].map(([epoch, value]) => [at(epoch), value, epoch]).filter(([x]) => x !== null) };
      });
      return { name: arm.name, colour: arm.colour, dash: arm.dash, lines: [...(chosen.seeds ? lines : []), { name: "mean", points: mean(lines), faint: false }] };
    }).filter((one) => one.lines.some((line) => line.points.length));
  }

  const set = (name, value) => { chosen[name] = value; changed(); };
  const toggle = (arm) => {
    chosen.off.has(arm.name) ? chosen.off.delete(arm.name) : chosen.off.add(arm.name);
    changed();
  };
  const check = (id, label) => h("label", { class: "check" }, h("input", { type: "checkbox", id, checked: chosen[id], "data-keep": id, onchange: (event) => set(id, event.target.checked) }), label);

  return {
    controls: (study) => [
      h("div", { class: "controls" },
        h("label", { class: "field", for: "x" }, "Along",
          h("select", { id: "x", "data-keep": "x", onchange: (event) => set("axis", event.target.value) }, Object.entries(AXES).map(([one, word]) => h("option", { value: one, selected: one === chosen.axis }, word)))),
        check("seeds", "each seed"), check("log", "log losses"), check("logx", "log along")),
      h("div", { class: "legend", role: "group", "aria-label": "Arms shown" }, study.arms.map((arm) =>
        h("button", { type: "button", class: "arm", "aria-pressed": String(!chosen.off.has(arm.name)), onclick: () => toggle(arm) }, key(arm), arm.name))),
      h("div", { class: "panels" }, charts.map((chart) => chart.element)),
    ],
    draw: (study) => PANELS.forEach(([metric], place) => charts[place].update(seriesOf(study, metric), { xlabel: AXES[chosen.axis], xname: chosen.axis, log: chosen.log && metric.endsWith("loss"), logx: chosen.logx })),
  };
}

// The mean of the seeds at each epoch that at least one has reached, at their mean place along the axis.
function mean(lines) {
  const at = new Map();
  for (const { points } of lines) {
    for (const [x, y, epoch] of points) {
      if (!at.has(epoch)) at.set(epoch, []);
      at.get(epoch).push([x, y]);
    }
  }
  return [...at.entries()].sort(([a], [b]) => a - b).map(([, all]) => {
    const sum = (place) => all.reduce((total, one) => total + one[place], 0) / all.length;
    return [sum(0), all.some(([, y]) => y === null) ? null : sum(1)];
  });
}
