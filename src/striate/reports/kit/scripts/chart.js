// A chart of lines: values under the pointer or the arrow keys, linear or log axes, and itself as SVG, PNG or CSV.
// A series is { name, colour, dash, lines: [{ name, points: [[x, y]], faint }] }; y is null where it is not a finite number.

import { h, number, s } from "/static/dom.js";
import { saveCsv, savePng, saveSvg } from "/static/save.js";

const HEIGHT = 250;
const WHOLE = /^(epochs?|images)$/; // what an axis counts
const EDGE = { left: 50, right: 14, top: 12, bottom: 36 };
export const DASHES = [null, "9 3", "2.5 2", "10 3 2.5 3", "5 2 2 2 2 2"];

export function ticks(low, high, log, most = 5) {
  if (log) {
    const from = Math.floor(Math.log10(low));
    const to = Math.ceil(Math.log10(high));
    const inside = (values) => values.filter((v) => v >= low * 0.999 && v <= high * 1.001);
    const decades = inside(Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i)));
    if (decades.length >= 2) return decades.filter((_, i) => i % Math.ceil(decades.length / (most + 1)) === 0);
    const between = inside(Array.from({ length: to - from + 1 }, (_, i) => [1, 2, 5].map((m) => m * 10 ** (from + i))).flat());
    if (between.length >= 2) return between;
    most *= 2; // less than half a decade: the steps of a linear axis
  }
  const rough = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
  const made = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) made.push(i * step);
  return made;
}

const short = (v) => (v === 0 ? "0" : Math.abs(v) >= 1e5 || Math.abs(v) < 1e-3 ? v.toExponential(0).replace("e+", "e") : String(Number(v.toPrecision(4))));

export function lineChart(id, title) {
  let series = [];
  let options = {};
  let cursor = null;
  let scale = null;
  const svg = s("svg", { class: "chart", role: "img", "aria-label": title, height: HEIGHT });
  const tip = h("div", { class: "tip", hidden: true });
  const slider = h("div", { class: "cursor", role: "slider", tabindex: "0", "aria-label": `${title}: read values`, "aria-valuemin": 0, "aria-valuemax": 0, "aria-valuenow": 0, "aria-valuetext": "use the arrow keys" });
  const plot = h("div", { class: "plot" }, svg, slider, tip);
  const save = h("details", { class: "save" }, h("summary", {}, "save"), h("span", {}, 
    h("button", { type: "button", onclick: () => saveSvg(svg, id) }, "SVG"),
    h("button", { type: "button", onclick: () => savePng(svg, id) }, "PNG"),
    h("button", { type: "button", onclick: () => saveCsv([[options.xlabel || "x", "series", "line", "value"], ...series.flatMap((one) => one.lines.flatMap((line) => line.points.map(([x, y]) => [x, one.name, line.name, y ?? ""])))], id) }, "CSV")));
  const element = h("figure", { class: "panel", "data-keep": `chart-${id}` }, h("figcaption", {}, h("b", {}, title), save), plot);

  const spots = () => [...new Set(series.flatMap((one) => one.lines.flatMap((line) => line.points.map(([x]) => x))))].sort((a, b) => a - b);

  function draw() {
    const width = plot.clientWidth || 480;
    const { log, logx, xlabel } = options;
    const good = ([x, y]) => y !== null && (!log || y > 0) && (!logx || x > 0);
    const points = series.flatMap((one) => one.lines.flatMap((line) => line.points.filter(good)));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.setAttribute("width", width);
    if (!points.length) {
      svg.replaceChildren(s("text", { x: width / 2, y: HEIGHT / 2, "text-anchor": "middle", class: "quiet" }, "no values yet"));
      scale = null;
      return;
    }
    const range = (place, isLog) => {
      let [low, high] = [Infinity, -Infinity]; // not Math.min(...): a call takes only so many arguments
      for (const { [place]: value } of points) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (low === high) [low, high] = isLog ? [low / 2, high * 2] : [low - (Math.abs(low) || 1) * 0.1, high + (Math.abs(high) || 1) * 0.1];
      if (place === 1 && !isLog) { const pad = (high - low) * 0.04; low -= pad; high += pad; }
      return [low, high];
    };
    const [x0, x1] = range(0, logx);
    const [y0, y1] = range(1, log);
    const along = (v, a, b, isLog) => (isLog ? Math.log(v / a) / Math.log(b / a) : (v - a) / (b - a));
    const X = (x) => EDGE.left + along(x, x0, x1, logx) * (width - EDGE.left - EDGE.right);
    const Y = (y) => HEIGHT - EDGE.bottom - along(y, y0, y1, log) * (HEIGHT - EDGE.top - EDGE.bottom);
    scale = { X, x0, x1 };
    const axis = [
      ...ticks(y0, y1, log, log ? 4 : 6).map((v) => [s("line", { x1: EDGE.left, x2: width - EDGE.right, y1: Y(v), y2: Y(v), class: "grid" }), s("text", { x: EDGE.left - 7, y: Y(v) + 4, "text-anchor": "end" }, short(v))]),
      ...ticks(x0, x1, logx, Math.max(2, Math.min(8, width / 90))).filter((v) => !WHOLE.test(xlabel) || Number.isInteger(v)).map((v) => s("text", { x: X(v), y: HEIGHT - EDGE.bottom + 17, "text-anchor": "middle" }, short(v))),
      s("line", { x1: EDGE.left, x2: width - EDGE.right, y1: HEIGHT - EDGE.bottom, y2: HEIGHT - EDGE.bottom, class: "axis" }),
      s("text", { x: width - EDGE.right, y: HEIGHT - 3, "text-anchor": "end", class: "quiet" }, xlabel || ""),
    ];
    const lines = series.flatMap((one) => one.lines.map((line) => {
      let d = "";
      let pen = false;
      for (const point of line.points) {
        if (!good(point)) { pen = false; continue; }
        d += `${pen ? "L" : "M"}${X(point[0]).toFixed(1)} ${Y(point[1]).toFixed(1)}`;
        pen = true;
      }
      const last = line.points.findLast(good);
      const broken = last && line.points.length && line.points.at(-1)[1] === null;
      const single = line.points.filter(good).length === 1;
      return [
        s("path", { d, class: `line c${one.colour}${line.faint ? " faint" : ""}`, "stroke-dasharray": line.faint ? null : DASHES[one.dash || 0] }),
        single && s("circle", { cx: X(last[0]), cy: Y(last[1]), r: 3, class: `dot c${one.colour}` }),
        broken && s("text", { x: X(last[0]), y: Y(last[1]) + 5, "text-anchor": "middle", class: `cross c${one.colour}` }, "×"),
      ];
    }));
    svg.replaceChildren(s("g", { class: "axes" }, axis), s("g", {}, lines.flat(2).filter(Boolean)), s("line", { class: "at", y1: EDGE.top, y2: HEIGHT - EDGE.bottom, visibility: "hidden" }));
    if (cursor !== null) point(cursor, !tip.hidden);
  }

  function point(x, spoken) {
    const all = spots();
    if (!all.length || !scale) return;
    cursor = all.reduce((best, one) => (Math.abs(one - x) < Math.abs(best - x) ? one : best));
    const at = svg.querySelector(".at");
    at.setAttribute("x1", scale.X(cursor));
    at.setAttribute("x2", scale.X(cursor));
    at.setAttribute("visibility", spoken ? "visible" : "hidden");
    const rows = series.map((one) => {
      const full = one.lines.filter((line) => !line.faint);
      const value = full.map((line) => near(line.points, cursor)).find((v) => v !== undefined);
      const all = one.lines.filter((line) => line.faint).map((line) => near(line.points, cursor)).filter((v) => v !== undefined && v !== null);
      const spread = all.length > 1 ? ` (${number(Math.min(...all))} to ${number(Math.max(...all))})` : "";
      return value === undefined ? null : { one, text: `${value === null ? "not finite" : number(value)}${spread}` };
    }).filter(Boolean);
    const name = `${options.xname || options.xlabel || "x"} ${number(cursor)}`;
    tip.replaceChildren(h("b", {}, name), ...rows.map(({ one, text }) => h("span", {}, key(one), one.name, h("i", {}, text))));
    tip.hidden = !spoken;
    const right = scale.X(cursor) > plot.clientWidth / 2;
    tip.style.left = right ? "auto" : `${scale.X(cursor) + 10}px`;
    tip.style.right = right ? `${plot.clientWidth - scale.X(cursor) + 10}px` : "auto";
    const place = all.indexOf(cursor);
    slider.setAttribute("aria-valuemax", all.length - 1);
    slider.setAttribute("aria-valuenow", place);
    slider.setAttribute("aria-valuetext", `${name}: ${rows.map(({ one, text }) => `${one.name} ${text}`).join(", ")}`);
  }

  const away = () => { tip.hidden = true; svg.querySelector(".at")?.setAttribute("visibility", "hidden"); };
  slider.addEventListener("pointermove", (event) => {
    if (!scale) return;
    const x = event.clientX - plot.getBoundingClientRect().left;
    point(spots().reduce((best, one) => (Math.abs(scale.X(one) - x) < Math.abs(scale.X(best) - x) ? one : best), spots()[0]), true);
  });
  slider.addEventListener("pointerleave", away);
  slider.addEventListener("blur", away);
  slider.addEventListener("focus", () => { if (slider.matches(":focus-visible")) point(cursor ?? spots().at(-1), true); });
  slider.addEventListener("keydown", (event) => {
    const all = spots();
    const place = Math.max(0, all.indexOf(cursor));
    const to = { ArrowRight: place + 1, ArrowUp: place + 1, ArrowLeft: place - 1, ArrowDown: place - 1, Home: 0, End: all.length - 1, PageUp: place + 10, PageDown: place - 10 }[event.key];
    if (event.key === "Escape") away();
    if (to === undefined || !all.length) return;
    event.preventDefault();
    point(all[Math.max(0, Math.min(all.length - 1, to))], true);
  });
  let width = 0;
  new ResizeObserver(() => { if (plot.clientWidth !== width) { width = plot.clientWidth; draw(); } }).observe(plot);

  return { element, update(made, more) { series = made; options = more; draw(); } };
}

function near(points, x) {
  let low = 0;
  let high = points.length - 1;
  if (high < 0 || x < points[0][0] || x > points[high][0]) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle][0] <= x) low = middle;
    else high = middle;
  }
  return Math.abs(points[low][0] - x) <= Math.abs(points[high][0] - x) ? points[low][1] : points[high][1];
}

export function key({ colour, dash }) {
  return s("svg", { class: "key", width: 26, height: 10, viewBox: "0 0 26 10", "aria-hidden": "true" }, s("line", { x1: 1, x2: 25, y1: 5, y2: 5, class: `line c${colour}`, "stroke-dasharray": DASHES[dash || 0] }));
}

// Estimates with their intervals, one row each: [{ name, effect, low, high }]; the margin is drawn on both sides of 0.
// An interval that is all that a difference can be (boundless) is named and not drawn.
export function intervals(id, title, rows, margin, reach = Infinity) {
  const width = Math.max(220, Math.min(420, document.documentElement.clientWidth - 100)); // its text is not to shrink on a phone
  const top = 8;
  const step = 34;
  const height = top + rows.length * step + 26;
  const ends = rows.flatMap((row) => (row.boundless ? [row.effect] : [row.low, row.high, row.effect])).filter(Number.isFinite);
  const most = Math.min(reach, Math.max(...ends, margin || 0, 1e-12));
  const least = Math.max(-reach, Math.min(...ends, -(margin || 0), 0));
  const pad = (Math.max(most, 0) - least) * 0.06 || 1;
  const [low, high] = [least - pad, Math.max(most, 0) + pad];
  const X = (v) => 8 + ((Math.max(low, Math.min(high, v)) - low) / (high - low)) * (width - 16);
  const floor = height - 22;
  const said = (row) => row.boundless ? `${number(row.effect)}, no useful interval` : `${number(row.effect)} [${number(row.low)}, ${number(row.high)}]`;
  const svg = s("svg", { class: "chart intervals", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. ${rows.map((r) => `${r.name}: ${said(r)}`).join("; ")}` },
    margin ? s("rect", { x: X(-margin), width: X(margin) - X(-margin), y: top, height: floor - top, class: "band" }) : null,
    s("line", { x1: X(0), x2: X(0), y1: top, y2: floor, class: "axis" }),
    ticks(low, high, false, width < 330 ? 3 : 5).map((v) => s("text", { x: X(v), y: height - 6, "text-anchor": "middle" }, short(v))),
    rows.map((row, place) => {
      const y = top + place * step + 24;
      return [s("text", { x: 8, y: y - 9, class: "quiet" }, row.boundless ? `${row.name}: no useful interval` : row.name), !row.boundless && s("line", { x1: X(row.low ?? low), x2: X(row.high ?? high), y1: y, y2: y, class: "interval" }), s("circle", { cx: X(row.effect), cy: y, r: 4, class: "estimate" },
        s("title", {}, `${row.name}: ${said(row)}`))];
    }));
  return h("figure", { class: "panel small", "data-keep": `${id}-${JSON.stringify(rows).length}-${rows.map((r) => r.effect).join()}` }, h("figcaption", {}, h("b", {}, title)), svg);
}
