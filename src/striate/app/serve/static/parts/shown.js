// What a probe or a command shows, its page: words, a formula, groups of pictures and charts, a legend, tables.

import { command, h } from "/static/dom.js";

export const picture = (panel) => h("figure", { class: panel.wide ? "shot wide" : "shot" }, h("img", { src: panel.uri, alt: panel.caption }), h("figcaption", {}, panel.caption));

const chart = (uri, title) => h("figure", { class: "shot drawn" }, h("img", { src: uri, alt: `chart: ${title}` }));

const group = (one) => h("section", { class: "group", "aria-label": one.title }, one.title && h("h3", {}, one.title), one.lines.map((line) => h("p", { class: "soft" }, line)),
  h("div", { class: "shots" }, one.panels.map(picture), one.charts.map((uri) => chart(uri, one.title))));

const numbers = (table) => h("details", {}, h("summary", {}, table.title || "Numbers"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": table.title || "Numbers" }, h("table", {},
  h("thead", {}, h("tr", {}, table.columns.map((one) => h("th", { scope: "col" }, one || h("span", { class: "out" }, "name"))))), h("tbody", {}, table.rows.map((row) => h("tr", {}, row.map((one, place) => h(place ? "td" : "th", place ? {} : { scope: "row" }, one))))))));

export function shownPage(shown, heading = "h2") {
  return [heading && h(heading, {}, shown.title), shown.formula && formula(shown.formula), shown.words.map((text) => h("p", {}, text)), shown.groups.map(group),
    shown.legend && h("figure", { class: "legend-bar" }, h("img", { src: shown.legend.uri, alt: "" }), h("div", { class: "ends" }, shown.legend.ends.map((end) => h("span", {}, end))), h("p", { class: "soft" }, shown.legend.text)),
    shown.tables.map(numbers), command(shown.command)].flat(3).filter(Boolean);
}

// MathML that this server made from its own formulas; only its elements are taken over, no attribute that could act.
function formula(text) {
  const read = new DOMParser().parseFromString(text, "text/html").querySelector("math");
  if (!read) return null;
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
    const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", node.localName);
    for (const { name, value } of node.attributes) if (!name.startsWith("on") && !name.includes("href") && name !== "style") made.setAttribute(name, value);
    made.append(...[...node.childNodes].map(copy));
    return made;
  };
  return h("div", { class: "formula", tabindex: "0", role: "region", "aria-label": "Formula" }, copy(read));
}
