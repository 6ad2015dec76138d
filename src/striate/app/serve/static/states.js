// What every view says while it loads, and where it fails; how often it asks again; what of its switches stands in the address.

import { h, link, show } from "/static/dom.js";

export function failure(main, error, again) {
  if (error.name === "AbortError") return;
  if (!error.kind) throw error; // a defect of this page: it belongs to the console
  const words = { offline: "The server is gone", token: "The server was started again", defect: "This is a defect" };
  if (error.kind === "offline" && main.querySelector("[data-view] h1")) return; // what was seen last stays; the bar says it is old
  show(main, h("h1", {}, words[error.kind] || "This cannot be shown"), h("p", { class: "note", role: "alert" }, error.message),
    h("p", {}, h("button", { type: "button", onclick: again }, "Try again"), " ", link("/", "Runs and studies")));
}

// Return a function that runs `load` now, or once more after the one that is under way: never two at once.
export function later(load, signal) {
  let going = false;
  let wanted = false;
  return async function ask() {
    if (signal.aborted) return;
    if (going) {
      wanted = true;
      return;
    }
    going = true;
    try {
      await load();
    } finally {
      going = false;
    }
    if (wanted) {
      wanted = false;
      await ask();
    }
  };
}

// What is switched on in the curves of a study, from the address and back into it.
export function chosenOf(query) {
  return { off: new Set(query.getAll("off")), axis: query.get("x"), seeds: query.get("seeds") === "1", log: query.get("y") !== "linear", logx: query.get("logx") === "1" };
}

export function kept({ off, axis, seeds, log, logx }) {
  return { x: axis === "epoch" ? null : axis, seeds: seeds ? 1 : null, y: log ? null : "linear", logx: logx ? 1 : null, off: [...off] };
}
