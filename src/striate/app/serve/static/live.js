// The line to the server: questions by fetch, changes by server-sent events, and what is said where it is gone.

export class Failure extends Error {
  constructor(text, kind) {
    super(text);
    this.kind = kind;
  }
}

export async function get(path, query = {}, signal) {
  return answer(fetch(`${path}?${new URLSearchParams(query)}`, { signal, headers: { accept: "application/json" } }));
}

export async function post(path, body, signal) {
  return answer(fetch(path, { method: "POST", signal, body: JSON.stringify(body), headers: { "content-type": "application/json" } }));
}

export async function upload(path, file, query, signal) {
  return answer(fetch(`${path}?${new URLSearchParams(query)}`, { method: "POST", signal, body: file, headers: { "content-type": "application/octet-stream" } }));
}

// The answer as text, for what is a document of its own.
export async function text(path, query, signal) {
  const response = await heard(fetch(`${path}?${new URLSearchParams(query)}`, { signal }));
  return response.ok ? response.text() : answer(Promise.resolve(response));
}

async function heard(asked) {
  let response;
  try {
    response = await asked;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure("The server does not answer. It may have been stopped: start striate serve again, and this page goes on.", "offline");
  }
  if (response.status === 401) throw new Failure("The server was started again with a new token. Open the address that it printed; this window then goes on by itself.", "token");
  return response;
}

async function answer(asked) {
  const response = await heard(asked);
  const text = await response.text();
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure(text.trim() || `The server answered with status ${response.status}.`, "failed");
  }
  if (!response.ok) throw new Failure(sentence(value.error), value.kind || "failed");
  return value;
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");

// Ask for what takes a while: `beat` is told of (done, of) as it goes on, until the answer comes. To stop it, abort the signal.
export async function told(path, query, signal, beat) {
  const gone = (error) => {
    if (error.name === "AbortError") throw error;
    throw new Failure("The server was gone before it had answered; it may have been stopped.", "offline");
  };
  const response = await fetch(`${path}?${new URLSearchParams(query)}`, { signal }).catch(gone);
  if (!response.ok) return answer(Promise.resolve(response));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { value, done } = await reader.read().catch(gone);
    if (done) return gone(new Error("no answer"));
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const one of lines.map((line) => JSON.parse(line))) {
      if (one.error) throw new Failure(sentence(one.error), one.kind || "failed");
      if (one.of === undefined) return one.result;
      beat(one.done, one.of);
    }
  }
}

// Tell `changed` of the names of what changed (null: everything may have), and `state` of the line: "live", "offline", or
// "token" where the server is there and has another token.
export function listen(changed, state) {
  let lost = false;
  let source;
  let again;
  const open = () => {
    source = new EventSource("/api/events");
    source.addEventListener("hello", () => {
      state("live");
      if (lost) changed(null);
      lost = false;
    });
    source.addEventListener("changed", (event) => changed(JSON.parse(event.data)));
    source.onerror = () => {
      if (!lost) state("offline");
      lost = true;
      fetch("/api/jobs").then((response) => { if (lost) state(response.status === 401 ? "token" : "offline"); }, () => { /* it is gone, which is said */ });
      source.close(); // a browser gives up after some answers; this page does not
      clearTimeout(again);
      again = setTimeout(open, 1000);
    };
  };
  open();
  addEventListener("pagehide", () => source.close());
}
