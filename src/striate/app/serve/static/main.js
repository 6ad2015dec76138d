// Which view an address shows, and moving between them without loading the page again.

import { h, link, show, titled } from "/static/dom.js";
import { listen } from "/static/live.js";
import { compareView } from "/static/compare.js";
import { exercisesView } from "/static/exercises.js";
import { folderView } from "/static/folder.js";
import { insideView } from "/static/inside.js";
import { playView } from "/static/play.js";
import { proofView } from "/static/proofs.js";
import { runView } from "/static/run.js";
import { sheetsView } from "/static/sheets.js";
import { startView } from "/static/start.js";
import { studyView } from "/static/study.js";

const VIEWS = [
  { pattern: /^\/$/, view: folderView, title: () => "Runs and studies" },
  { pattern: /^\/run\/(.*)$/, view: runView, title: titled },
  { pattern: /^\/compare\/(.*)$/, view: compareView, title: (name) => `Two arms of ${titled(name)}` },
  { pattern: /^\/study\/(.*)$/, view: studyView, title: titled },
  { pattern: /^\/inside$/, view: insideView, title: () => "Look inside" },
  { pattern: /^\/play(?:\/([a-z0-9-]+))?$/, view: playView, title: () => "Play" },
  { pattern: /^\/start$/, view: startView, title: () => "Ask a question" },
  { pattern: /^\/proofs(?:\/([a-z0-9-]+))?$/, view: proofView, title: () => "Proofs" },
  { pattern: /^\/sheets(?:\/([a-z0-9-]+))?$/, view: sheetsView, title: (name) => name || "Sheets" },
  { pattern: /^\/exercises$/, view: exercisesView, title: () => "Exercises" },
];
const LINKS = [["/", "Runs and studies"], ["/inside", "Look inside"], ["/play", "Play"], ["/proofs", "Proofs"], ["/sheets", "Sheets"], ["/exercises", "Exercises"], ["/start", "Ask a question"]];

const main = document.getElementById("main");
const state = document.getElementById("link");
let current = null;

function navigation() {
  document.getElementById("views").replaceChildren(...LINKS.map(([path, name]) => {
    const here = path === "/" ? ["/", "/run", "/study", "/compare"].some((p) => location.pathname === p || (p !== "/" && location.pathname.startsWith(`${p}/`))) : location.pathname.startsWith(path);
    return h("a", { href: path, "aria-current": here ? "page" : undefined }, name);
  }));
}

// The name that an address holds; null where it is none, as after an address was cut off within a letter.
function decoded(path = "") {
  try {
    return path.split("/").map(decodeURIComponent).join("/");
  } catch {
    return null;
  }
}

function route(focus) {
  current?.abort.abort();
  const abort = new AbortController();
  const found = VIEWS.map((entry) => ({ entry, match: location.pathname.match(entry.pattern) })).find(({ match }) => match && decoded(match[1]) !== null);
  navigation();
  main.replaceChildren(h("p", { class: "loading", role: "status" }, "Loading…"));
  if (!found) {
    show(main, h("h1", {}, "Nothing is here"), h("p", {}, "This address names no view. ", link("/", "See the runs and studies"), "."));
    current = { abort };
    document.title = "Nothing is here · Striate";
    return;
  }
  const name = found.match[1] === "" ? "." : decoded(found.match[1]); // the folder itself
  document.title = `${found.entry.title(name)} · Striate`;
  const context = { main, name, query: new URLSearchParams(location.search), signal: abort.signal, go, remember };
  current = { abort, ...found.entry.view(context) };
  if (focus) main.focus({ preventScroll: true });
  if (focus) scrollTo(0, 0);
}

export function go(path) {
  history.pushState(null, "", path);
  route(true);
}

// Keep what is chosen in the address, so that it can be shared and loaded again.
function remember(values) {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(values)) {
    query.delete(key);
    for (const one of [value].flat()) if (one !== null && one !== undefined && one !== "") query.append(key, one);
  }
  const text = query.toString();
  history.replaceState(null, "", location.pathname + (text ? `?${text}` : ""));
}

document.addEventListener("click", (event) => {
  const anchor = event.target.closest("a[href]");
  if (!anchor || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || anchor.hasAttribute("download")) return;
  const path = anchor.getAttribute("href");
  if (!path.startsWith("/") || path.startsWith("/api/")) return;
  event.preventDefault();
  go(path);
});
addEventListener("popstate", () => route(true));

listen(
  (names) => current?.changed?.(names),
  (word) => {
    state.className = word === "live" ? "live" : "offline";
    const said = { live: "live", offline: "offline: waiting for the server", token: "offline: open the address that the server printed" }[word];
    if (state.textContent !== said) state.textContent = said;
    current?.line?.(word);
  },
);
route(false);
