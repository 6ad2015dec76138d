// One run: how far it is, its curves and rate, how it was trained in words, its net layer by layer, what it takes for what.

import { lineChart } from "/static/chart.js";
import { matrix } from "/static/confusion.js";
import { accuracy, bar, command, duration, h, link, show, status, titled } from "/static/dom.js";
import { get } from "/static/live.js";
import { mistakesOf } from "/static/mistakes.js";
import { netFigure } from "/static/net.js";
import { failure, later } from "/static/states.js";

const SPLITS = { train: "training", val: "validation" };

export function runView({ main, name, signal, query, remember }) {
  const charts = { accuracy: lineChart("accuracy", "Accuracy"), loss: lineChart("loss", "Loss"), lr: lineChart("rate", "Learning rate") };
  let figure = null;
  const mistakes = mistakesOf({ name, signal, query, remember });
  let confused = null;
  let run = null;

  const load = later(async () => {
    try {
      run = await get("/api/run", { name }, signal);
      figure ||= run.anatomy && (run.unit === "image" ? netFigure(run.anatomy, run.drawn_on, (image) => get("/api/drawn-on", { name, image }, signal)) : netFigure(run.anatomy));
      draw();
    } catch (error) {
      failure(main, error, load);
    }
  }, signal);

  async function classify(event) {
    event.target.disabled = true;
    event.target.textContent = "Classifying the validation images…";
    try {
      const { confusion, why } = await get("/api/confusion", { name }, signal);
      confused = confusion ? matrix(confusion) : h("p", { class: "note", "data-keep": "why" }, why);
    } catch (error) {
      if (error.name === "AbortError") return;
      confused = h("p", { class: "note", role: "alert", "data-keep": "why" }, error.message);
    }
    draw();
  }

  const fact = (word, value, aside) => h("div", {}, h("dt", {}, word), h("dd", {}, value, aside && h("small", {}, aside)));

  function draw() {
    const { curves, recipe } = run;
    const seconds = run.seconds.at(-1)?.[1];
    const each = run.epoch ? seconds / run.epoch : null;
    const going = run.status === "running";
    show(main,
      h("p", { class: "over" }, link("/", "Runs and studies"), " / run"),
      h("h1", {}, titled(name)),
      h("p", { class: "counts" }, status(run.status), run.reason && ` ${run.reason}`, ` · ${recipe.net} on ${recipe.data}, seed ${recipe.seed}`),
      bar(run.epoch / run.epochs, "epochs done"),
      run.misfits.map((wrong) => h("p", { class: "note" }, wrong)),
      h("dl", { class: "facts" },
        fact("epoch", `${run.epoch} of ${run.epochs}`),
        fact("best validation accuracy", accuracy(run.best?.val_accuracy), run.best && `in epoch ${run.best.epoch}`),
        fact("test accuracy", accuracy(run.test?.accuracy), run.test ? `on ${run.test.images?.toLocaleString("en") ?? ""} ${run.test.unit ?? "image"}s, once` : "not tested"),
        fact("time in updates", duration(seconds), each && `${duration(each)} an epoch`),
        going && fact("left", each ? duration(each * (run.epochs - run.epoch)) : "–", "at the rate so far")),
      h("section", { "aria-label": "Curves" }, h("h2", {}, "Curves"),
        h("div", { class: "legend" }, Object.values(SPLITS).map((word, place) => h("span", {}, dot(place), word))),
        h("div", { class: "panels" }, charts.accuracy.element, charts.loss.element, charts.lr.element)),
      h("section", { "aria-label": "How it was trained" }, h("h2", {}, "How it was trained"), run.procedure.split("\n").filter(Boolean).map((line) => h("p", {}, line))),
      figure && h("section", { "aria-label": "The net" }, h("h2", {}, "The net"), figure),
      h("section", { "aria-label": "What it takes for what" }, h("h2", {}, "What it takes for what"),
        confused || h("p", {}, h("button", { type: "button", onclick: classify }, `Classify the validation ${run.unit}s`), h("span", { class: "soft" }, " with the weights of the best epoch")),
      ),
      run.unit === "image" && h("section", { "aria-label": "Where it is wrong" }, h("h2", {}, "Where it is wrong"), mistakes),
      h("p", {}, link(`/inside?${new URLSearchParams({ net: name })}`, "Look inside this net")),
      h("section", { "aria-label": "By command" }, h("h2", {}, "By command"), run.commands.map(command)));
    const of = (metric) => Object.entries(SPLITS).map(([split, word], place) => ({ name: word, colour: place, dash: place, lines: [{ name: word, points: curves[`${split}_${metric}`] || [] }] })).filter((one) => one.lines[0].points.length);
    charts.accuracy.update(of("accuracy"), { xlabel: "epoch" });
    charts.loss.update(of("loss"), { xlabel: "epoch", log: true });
    charts.lr.update([{ name: "learning rate", colour: 0, lines: [{ name: "learning rate", points: curves.train_lr || [] }] }], { xlabel: "epoch", log: true });
  }
  load();
  const mine = (names) => names === null || names.includes(name) || names.some((one) => one === ".");
  return { changed: (names) => { if (mine(names)) load(); } };
}

const dot = (place) => h("span", { class: `swatch c${place}`, "aria-hidden": "true" });
