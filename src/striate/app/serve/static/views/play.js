// Layers small enough to follow by hand. Every number comes from the server, where striate.scratch computes it.

import { h, link, number, show } from "/static/dom.js";
import { get } from "/static/live.js";

const short = (v) => (v === null ? "–" : Number.isInteger(v) ? String(v) : String(Number(v.toPrecision(3))));
const random = (rows, columns, most = 9) => Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.floor(Math.random() * (2 * most + 1)) - most));

// A table of numbers; `edit` makes its cells fields, `mark` gives a cell's class, `over` is told which one is looked at.
function grid(id, label, values, { edit, mark, over, key, still } = {}) {
  const largest = Math.max(1e-9, ...values.flat().map((v) => Math.abs(v || 0)));
  return h("figure", { class: "grid-of" }, h("figcaption", {}, h("b", {}, label)), h("div", { class: "scroll" }, h("table", { class: "cells", id },
    h("tbody", {}, values.map((row, i) => h("tr", {}, row.map((value, j) => {
      const name = `${label}, row ${i + 1}, column ${j + 1}`;
      const vars = { share: `${Math.round(70 * Math.abs(value || 0) / largest)}%`, tone: value < 0 ? "#3f74b5" : "#d06f1a" };
      const look = { onpointerenter: over && (() => over(i, j)), onpointerleave: over && (() => over(null)) };
      const inner = edit ? h("input", { type: "number", step: "any", "aria-label": name, value, onchange: (event) => edit(i, j, Number(event.target.value) || 0) })
        : over && !still ? h("button", { type: "button", "aria-label": `${name}: ${short(value)}`, onfocus: () => over(i, j), onblur: () => over(null), onclick: () => over(i, j) }, short(value)) : short(value);
      return h("td", { class: mark ? mark(i, j) : "", vars, "data-at": key ? key(i, j) : `${i},${j}` }, inner);
    })))))));
}

const LAYERS = {
  convolution: {
    title: "Convolution", words: "Hover or focus a cell of the output: its window in the input, the products and their sum. Change any number of the input or the kernel.",
    start: { x: [[0, 0, 1, 2, 1], [0, 1, 3, 1, 0], [1, 3, 2, 0, 0], [2, 1, 0, 1, 2], [1, 0, 0, 2, 4]], w: [[1, 0, -1], [2, 0, -2], [1, 0, -1]], stride: 1, padding: 0, dilation: 1 },
    whole: { stride: [1, 4], padding: [0, 4], dilation: [1, 4] }, tables: { x: "Input x", w: "Kernel w" }, draw: convolution,
  },
  pooling: {
    title: "Max pooling", words: "The largest cell of each window. Where several share it (marked), the first takes the whole gradient; the rest get none.",
    start: { x: [[1, 4, 2, 2], [4, 3, 2, 2], [0, 0, 5, 1], [0, 0, 1, 5]], window: 2, stride: 2 }, whole: { window: [1, 4], stride: [1, 4] }, tables: { x: "Input x" },
    draw: (made, given, cell) => [grid("out", "Output", made.out, { over: cell((i, j) => [windowOf(given, i, j, given.window), `largest of the window: ${short(made.out[i][j])}${made.ties[i][j] > 1 ? `, shared by ${made.ties[i][j]} cells: the first takes the gradient` : ""}`]), mark: (i, j) => (made.ties[i][j] > 1 ? "tied" : "") }), grid("dx", "Where a gradient of 1 goes", made.dx)],
  },
  "batch-norm": {
    title: "Batch normalization", words: "Rows are images of a batch, columns are features. Each column is brought to mean 0 and variance 1, then scaled by γ and moved by β.",
    start: { x: [[1, 10], [2, 10], [3, 40], [6, 20]], gamma: 1, beta: 0, eps: 0.00001 }, real: { gamma: "γ", beta: "β", eps: "ε" }, tables: { x: "Batch x" },
    draw: (made) => [grid("out", "Output", made.out), grid("mean", "Mean of each column", [made.mean]), grid("var", "Variance of each column", [made.var])],
  },
  softmax: {
    title: "Softmax and its loss", words: "Scores become probabilities, p = exp(x) / sum exp(x); the loss is −log p of the true class, and its gradient is p, less 1 at the true class.",
    start: { x: [[2, 1, 0, -1]], label: 0 }, whole: { label: [0, 8] }, tables: { x: "Scores x" },
    draw: (made) => [grid("p", "Probabilities", [made.probability]), grid("g", "Gradient", [made.gradient]), h("p", { class: "sum" }, `loss ${number(made.loss)}`)],
  },
};

const windowOf = (given, i, j, window) => {
  const cells = [];
  for (let u = 0; u < window; u += 1) for (let v = 0; v < window; v += 1) cells.push(`${i * given.stride + u},${j * given.stride + v}`);
  return cells;
};

function convolution(made, given, cell) {
  const { stride, padding, dilation, x, w } = given;
  const wide = made.out[0].length;
  const matrix = grid("A", "The same as a matrix: out = A x", made.matrix, { still: true, over: cell((row) => explain(Math.floor(row / wide), row % wide)) });
  const explain = (i, j) => {
    const parts = [];
    const seen = [];
    w.forEach((line, u) => line.forEach((weight, v) => {
      const [a, b] = [i * stride + u * dilation - padding, j * stride + v * dilation - padding];
      const inside = a >= 0 && b >= 0 && a < x.length && b < x[0].length;
      if (inside) seen.push(`${a},${b}`);
      parts.push(`${short(weight)}·${inside ? short(x[a][b]) : "0"}`);
    }));
    return [seen, `${parts.join(" + ")} = ${short(made.out[i][j])}`, { row: i * wide + j }];
  };
  return [grid("out", "Output", made.out, { over: cell(explain) }), matrix,
    grid("dx", "Backward, dx = A′ dout (dout is 1 everywhere)", made.dx), grid("dw", "Gradient of the kernel", made.dw)];
}

const isTable = (told) => Array.isArray(told) && told.length > 0 && told.every((row) => Array.isArray(row) && row.length > 0 && row.length === told[0].length && row.every(Number.isFinite));

export function playView({ main, name, signal, query, remember }) {
  const layer = LAYERS[name] ? name : "convolution";
  const { title, words, start, whole = {}, real = {}, tables, draw: drawn } = LAYERS[layer];
  const given = structuredClone(start);
  for (const key of Object.keys(start)) {
    try {
      const told = query.has(key) ? JSON.parse(query.get(key)) : null;
      if (tables[key] ? isTable(told) : typeof told === "number") given[key] = told;
    } catch { /* an address that was cut or changed: what it lacks is as at the start */ }
  }
  const sum = h("p", { class: "sum", role: "status", "data-keep": "sum" }, "\u00a0");
  const results = h("div", { class: "grids", "data-keep": "results" });
  let asking = null;

  const sent = () => Object.fromEntries(Object.entries(given).map(([key, value]) => [key, JSON.stringify(value)]));
  async function ask() {
    asking?.abort();
    asking = new AbortController();
    signal.addEventListener("abort", () => asking.abort());
    remember(sent());
    try {
      const made = await get(`/api/play/${layer}`, sent(), asking.signal);
      const cell = (explain) => (i, j) => {
        main.querySelectorAll(".seen").forEach((one) => one.classList.remove("seen"));
        if (i === null) return;
        const [cells, text, more] = explain(i, j);
        sum.textContent = text;
        const mark = (id, at) => main.querySelector(`#${id} [data-at="${at}"]`)?.classList.add("seen");
        cells.forEach((at) => mark("x", at));
        mark("out", more ? `${Math.floor(more.row / made.out[0].length)},${more.row % made.out[0].length}` : `${i},${j}`);
        if (more) main.querySelectorAll(`#A [data-at^="${more.row},"]`).forEach((one) => one.classList.add("seen"));
      };
      results.replaceChildren(...drawn(made, given, cell));
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!error.kind) throw error;
      results.replaceChildren(h("p", { class: "note", role: "alert" }, error.message));
    }
  }
  const setAll = (key, make) => { given[key] = make(given[key]); draw(); ask(); };
  const resize = (key, rows, columns) => setAll(key, (old) => Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => old[i]?.[j] ?? 0)));
  function table(key) {
    const value = given[key];
    const side = (label, rows, columns, most) => h("button", { type: "button", class: "tiny", "aria-label": `${tables[key]}: ${label}`, disabled: rows < 1 || columns < 1 || rows > most || columns > most, onclick: () => resize(key, rows, columns) }, label);
    const most = key === "w" ? 5 : 9;
    const line = layer === "softmax";
    return h("div", {}, grid(key, tables[key], value, { edit: (i, j, number) => { given[key][i][j] = number; ask(); } }), h("p", { class: "sides" },
      !line && side("+ row", value.length + 1, value[0].length, most), !line && side("− row", value.length - 1, value[0].length, most), side("+ column", value.length, value[0].length + 1, most), side("− column", value.length, value[0].length - 1, most),
      h("button", { type: "button", class: "tiny", onclick: () => setAll(key, (old) => random(old.length, old[0].length, 3)) }, "random")));
  }
  function draw() {
    const field = (key, label, more) => h("div", { class: "field" }, h("label", { for: key }, label), h("input", { id: key, type: "number", value: given[key], ...more, onchange: (event) => { given[key] = Number(event.target.value) || 0; ask(); } }));
    main.replaceChildren(h("div", { "data-view": "" }, h("h1", {}, title),
      h("div", { class: "tabs", role: "group", "aria-label": "Layer" }, Object.entries(LAYERS).map(([path, one]) => h("a", { href: `/play/${path}`, "aria-current": path === layer ? "page" : undefined }, one.title))),
      h("p", {}, words),
      h("div", { class: "controls" }, Object.entries(whole).map(([key, [min, max]]) => field(key, key, { min, max, step: 1 })), Object.entries(real).map(([key, label]) => field(key, label, { step: "any" })), h("button", { type: "button", onclick: () => { Object.assign(given, structuredClone(start)); draw(); ask(); } }, "As at the start")),
      h("div", { class: "grids" }, Object.keys(tables).map(table)), sum, results,
      h("p", { class: "soft" }, "Computed by ", h("code", {}, "striate.scratch"), "; ", h("code", {}, "striate gradcheck"), " checks its gradients.")));
  }
  draw();
  ask();
  return { changed: (names) => { if (names === null) ask(); } };
}
