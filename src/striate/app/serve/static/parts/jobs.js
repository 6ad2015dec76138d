// What this server has started: asked again each second while one of them runs, since a process that fails changes no file.

import { get } from "/static/live.js";

// Return a function that looks now and for as long as something runs; `changed` gets the list whenever it is another one.
export function following(signal, changed) {
  let timer;
  let last = "";
  signal.addEventListener("abort", () => clearTimeout(timer));
  return async function look() {
    clearTimeout(timer);
    let jobs;
    try {
      jobs = await get("/api/jobs", {}, signal);
    } catch (error) {
      if (error.name !== "AbortError" && !error.kind) throw error;
      return; // the bar says that the server is gone, and a window looks again once it is back
    }
    if (JSON.stringify(jobs) !== last) {
      last = JSON.stringify(jobs);
      changed(jobs);
    }
    if (!signal.aborted && jobs.some((one) => one.state === "running")) timer = setTimeout(look, 1000);
  };
}
