// A report of a study comes alive: its curves are drawn anew from the numbers that it holds, to be pointed at and switched.
// Without scripts, and on paper, the curves that were drawn when it was written stand there.

import { studyCurves } from "/static/curves.js";
import { show } from "/static/dom.js";

const study = JSON.parse(document.getElementById("study").textContent);
const place = document.getElementById("alive");
const view = studyCurves({ off: new Set(), axis: "epoch", seeds: false, log: true, logx: false }, draw);

function draw() {
  show(place, view.controls(study));
  view.draw(study);
}

document.body.classList.add("scripted");
draw();
