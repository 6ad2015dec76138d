// Exercises: the list, a file to begin with, and the grade of a file that lies in the folder that is served.

import { command, h, show } from "/static/dom.js";
import { get, post } from "/static/live.js";
import { failure } from "/static/states.js";

const MARKS = { right: "✓", wrong: "✗", failed: "!", unfinished: "…", absent: "–" };

export function exercisesView({ main, signal, query, remember }) {
  let list = null;
  let file = query.get("file") || "";
  let only = query.get("only") || "";
  let grade = null;
  let fault = "";
  let grading = false;

  async function begin() {
    try {
      list = await get("/api/exercises", {}, signal);
      file ||= list.files[0] || "";
      draw();
    } catch (error) {
      failure(main, error, begin);
    }
  }

  async function run(event) {
    event.preventDefault();
    if (grading) return;
    [grading, fault] = [true, ""];
    remember({ file, only });
    draw();
    try {
      grade = await post("/api/grade", { file, only }, signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      [grade, fault] = [null, error.message];
    }
    grading = false;
    draw();
  }

  const names = () => [["", "all"], ...Object.keys(list.groups).map((one) => [one, `all of ${one}`]), ...list.exercises.map((one) => [one.name, one.name])];
  const select = (id, label, options, value, change) => h("div", { class: "field" }, h("label", { for: id }, label), h("select", { id, onchange: (event) => change(event.target.value) }, options.map(([one, word]) => h("option", { value: one, selected: one === value }, word))));

  function draw() {
    const start = `/api/exercise?${new URLSearchParams({ name: only })}`;
    show(main, h("h1", {}, "Exercises"),
      h("p", {}, "Layers, losses and rules to be written by hand, in NumPy alone. Begin with a file of signatures and formulas, write into it, and have it graded: each function is right, or the smallest input is shown where it is not."),
      h("section", { "aria-label": "Begin and grade" }, h("h2", {}, "Begin and grade"),
        h("form", { class: "ask", onsubmit: run },
          h("div", { class: "controls wide" }, select("only", "Exercises", names(), only, (one) => { only = one; remember({ only }); draw(); }), h("a", { class: "button", href: start, download: "" }, "Get the file to begin with")),
          list.why ? h("p", { class: "note" }, `${list.why[0].toUpperCase()}${list.why.slice(1)}.`)
            : list.files.length ? [h("div", { class: "controls wide" }, select("graded", "File", list.files.map((one) => [one, one]), file, (one) => { file = one; remember({ file }); draw(); }), h("button", { class: "main", "aria-disabled": grading ? "true" : null }, grading ? "Grading…" : "Grade it"), h("button", { type: "button", onclick: begin }, "Look for files again")),
              h("p", { class: "soft" }, "To grade a file is to run it, in a process of its own with bounds of time and memory. So only files are graded that you laid into the folder that is served, and none that came through the page.")]
              : h("p", {}, "There is no Python file in the folder that is served. Lay yours there: to grade a file is to run it, so none is taken through the page. ", h("button", { type: "button", onclick: begin }, "Look for files again"))),
        fault && h("p", { class: "note", role: "alert" }, fault), h("div", { class: "result slim", "aria-live": "polite", "aria-busy": grading ? "true" : undefined }, grade && graded(grade))),
      Object.entries(list.groups).map(([group, words]) => h("section", { "aria-label": group }, h("h2", {}, group), h("p", { class: "soft" }, words), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Exercises of ${group}` }, h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "exercise"), h("th", { scope: "col" }, "topic"))), h("tbody", {}, list.exercises.filter((one) => one.group === group).map((one) => h("tr", {}, h("th", { scope: "row" }, one.name), h("td", { class: "words" }, one.topic)))))))));
  }
  begin();
  return {};
}

function graded(grade) {
  return [h("h3", {}, `${grade.right} of ${grade.of} right`), h("ul", { class: "grades" }, grade.verdicts.map((one) => h("li", { class: `grade ${one.status}` },
    h("p", {}, h("b", {}, `${MARKS[one.status] || "…"} ${one.name}`), h("span", { class: "out" }, ` ${one.status}`), (one.mistake || one.said) && ` ${one.mistake || one.said}`),
    Object.keys(one.inputs).length > 0 && h("pre", { tabindex: "0" }, example(one))))),
  grade.printed.trim() && h("details", {}, h("summary", {}, "What the file printed"), h("pre", { tabindex: "0" }, grade.printed)), command(grade.command)];
}

function example(one) {
  const rows = Object.entries(one.inputs).map(([name, text]) => `${name} =\n${text}`);
  return [...rows, ...(one.value ? [`expected ${one.value} =\n${one.expected}`, `returned ${one.value} =\n${one.returned}`] : [])].join("\n\n");
}
