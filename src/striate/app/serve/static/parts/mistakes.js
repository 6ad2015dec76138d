// Where a run is wrong: asked for, since its images have to be classified; told of while they are, and stopped when asked.

import { bar, h } from "/static/dom.js";
import { told } from "/static/live.js";
import { shownPage } from "/static/shown.js";

const IMAGES = { val: "validation", test: "test" };

export function mistakesOf({ name, signal, query, remember }) {
  let on = IMAGES[query.get("mistakes")] ? query.get("mistakes") : "val";
  let working = null;
  const result = h("div", { class: "result slim", "aria-live": "polite" });
  const choice = h("select", { id: "on", onchange: () => { on = choice.value; } }, Object.entries(IMAGES).map(([one, word]) => h("option", { value: one, selected: one === on }, `${word} images`)));
  const button = h("button", { type: "button", onclick: () => (working ? working.abort() : look()) }, "Find its mistakes");
  const element = h("div", { "data-keep": "mistakes" }, h("div", { class: "controls" }, h("div", { class: "field" }, h("label", { for: "on" }, "Of the"), choice), button,
    h("span", { class: "soft" }, "with the weights of the best epoch; test images only after the test, which is once")), result);

  const said = (text, wrong) => result.replaceChildren(h("p", { class: wrong ? "note" : "loading", role: wrong ? "alert" : "status" }, text));

  async function look() {
    const mine = new AbortController();
    const leave = () => mine.abort();
    working = mine;
    signal.addEventListener("abort", leave);
    button.textContent = "Stop";
    choice.disabled = true;
    remember({ mistakes: on });
    said("Opening the net and its images…");
    try {
      const shown = await told("/api/mistakes", { name, on }, mine.signal, (done, of) => result.replaceChildren(
        h("p", { class: "loading", role: "status" }, `${done.toLocaleString("en")} of ${of.toLocaleString("en")} images classified`), bar(done / of, "images classified")));
      result.replaceChildren(...shownPage(shown, null));
    } catch (error) {
      if (error.name !== "AbortError" && !error.kind) throw error;
      if (!signal.aborted) said(error.name === "AbortError" ? "Stopped." : error.message, error.name !== "AbortError");
    } finally {
      signal.removeEventListener("abort", leave);
      working = null;
      button.textContent = "Find its mistakes";
      choice.disabled = false;
    }
  }
  if (IMAGES[query.get("mistakes")]) look();
  return element;
}
