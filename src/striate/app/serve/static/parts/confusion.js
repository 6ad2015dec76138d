// A confusion matrix: rows the true class, columns the answer; the darker, the larger the share of the row.

import { h } from "/static/dom.js";

export function matrix({ classes, counts, unit, images, accuracy, most_confused: most }) {
  const said = h("p", { class: "soft", role: "status" }, `${Math.round(accuracy * images).toLocaleString("en")} of ${images.toLocaleString("en")} ${unit}s right (${accuracy.toFixed(4)}).`);
  const body = counts.map((row, k) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return h("tr", {}, h("th", { scope: "row" }, classes[k]), row.map((n, j) => {
      const share = sum ? n / sum : 0;
      const text = `${n} of ${sum} ${unit}s of ${classes[k]} answered as ${classes[j]}`;
      return h("td", { class: `${k === j ? "right" : "wrong"}${share > 0.45 ? " strong" : ""}`, vars: { share: `${Math.round(100 * share ** 0.7)}%` }, title: text }, n || h("span", { "aria-label": "0" }, "·"));
    }));
  });
  return h("div", { "data-keep": "matrix" }, said,
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Confusion matrix" }, h("table", { class: "matrix" },
      h("caption", {}, "Rows are the true classes, columns the answers."),
      h("thead", {}, h("tr", {}, h("td", {}), classes.map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, body))),
    most.length > 0 && h("p", {}, "Most often wrong: ", most.slice(0, 5).map(([truth, answer, n]) => `${truth} taken for ${answer} (${n})`).join(", "), "."));
}
