// Proofs: each with its parameters as fields, derived and checked anew at what is chosen.

import { h, link, show } from "/static/dom.js";
import { get, text } from "/static/live.js";
import { failure } from "/static/states.js";

const begun = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const title = (name) => begun(name.replaceAll("-", " "));

export function proofView({ main, name, signal, query, remember }) {
  let list = [];
  const values = Object.fromEntries([...query].filter(([key]) => key !== "name"));
  let asking = null;
  const frame = h("iframe", { title: "The proof", sandbox: "", "data-keep": "frame" });
  const said = h("p", { role: "status", class: "loading", "data-keep": "said" }, "");

  async function begin() {
    try {
      list = await get("/api/proofs", {}, signal);
      draw();
      prove();
    } catch (error) {
      failure(main, error, begin);
    }
  }

  async function prove() {
    if (!name) return;
    asking?.abort(); // what was asked before is of no interest, whichever comes first
    const mine = new AbortController();
    asking = mine;
    signal.addEventListener("abort", () => mine.abort());
    const asked = { ...values, name };
    remember(values);
    said.className = "loading";
    said.textContent = "Deriving and checking…";
    try {
      await text("/api/proof", asked, mine.signal);
      frame.src = `/api/proof?${new URLSearchParams(asked)}`;
      said.textContent = "";
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!error.kind) throw error;
      said.className = "note";
      said.textContent = error.message;
    }
  }

  function field(one) {
    const id = `p-${one.name}`;
    const change = (event) => { values[one.name] = event.target.type === "checkbox" ? String(event.target.checked) : event.target.value.trim(); prove(); };
    const value = values[one.name] ?? (one.default === null || one.default === undefined ? "" : typeof one.default === "object" ? JSON.stringify(one.default) : one.default);
    const control = one.enum ? h("select", { id, onchange: change }, one.enum.map((word) => h("option", { value: word, selected: word === value }, word)))
      : one.type === "boolean" ? h("input", { id, type: "checkbox", checked: String(value) === "true", onchange: change })
        : h("input", { id, type: one.type === "integer" ? "number" : "text", min: one.minimum, max: one.maximum, value, placeholder: "not set", onchange: change });
    return h("div", { class: "field", "data-keep": id }, h("label", { for: id, title: one.meaning }, one.name.replaceAll("_", " ")), control);
  }

  function draw() {
    const chosen = list.find((one) => one.name === name);
    show(main, h("h1", {}, chosen ? title(chosen.name) : "Proofs"),
      chosen ? [h("p", {}, `${begun(chosen.summary)}.`), h("p", { class: "over" }, link("/proofs", "All proofs")), h("div", { class: "controls" }, chosen.parameters.map(field)), said, frame]
        : [h("p", {}, "Statements about these nets, each derived, and checked by symbols where that is possible and by numbers always."), h("ul", { class: "list" }, list.map((one) => h("li", {}, h("a", { href: `/proofs/${one.name}` }, title(one.name)), h("span", { class: "soft" }, begun(one.summary)))))]);
  }
  begin();
  return { changed: (names) => { if (names === null && said.className === "note") prove(); } };
}
