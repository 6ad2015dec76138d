// Elements from plain values. Text is always text: nothing that comes from a folder is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

// An element that is shown already and is to be shown again stays where it is, with its focus: something stands in for it meanwhile.
const originals = new WeakMap();
function inPlace(node) {
  if (!node.isConnected || !node.dataset?.keep) return node;
  const made = node.cloneNode(false);
  made.dataset.standin = "";
  originals.set(made, node);
  return made;
}

// What an element does when something happens to it: the newest handler of each kind, which `morph` takes over.
const handlers = new WeakMap();
function hear(element, type, handler) {
  if (!handlers.has(element)) handlers.set(element, {});
  const own = handlers.get(element);
  if (!(type in own)) element.addEventListener(type, (event) => own[type]?.(event));
  own[type] = handler;
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) hear(element, name.slice(2), value);
    else if (name === "vars") for (const [key, one] of Object.entries(value)) element.style.setProperty(`--${key}`, one);
    else if (name === "value" && "value" in element && element.tagName !== "LI") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(4)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? inPlace(child) : String(child));
  }
  return element;
}

export const h = (tag, attributes, ...children) => filled(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

// Make `old` look and act like `made` and keep what did not change: focus, scroll, open details, and all inside [data-keep].
export function morph(old, made) {
  if (old.nodeType !== made.nodeType || old.nodeName !== made.nodeName || old.dataset?.keep !== made.dataset?.keep) {
    old.replaceWith(made);
    return;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== made.data) old.data = made.data;
    return;
  }
  if (old.dataset?.keep) return;
  for (const { name } of [...old.attributes]) if (!made.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  for (const { name, value } of made.attributes) if (old.getAttribute(name) !== value && name !== "open") old.setAttribute(name, value);
  const fresh = handlers.get(made) || {};
  for (const type of Object.keys({ ...handlers.get(old), ...fresh })) hear(old, type, fresh[type]);
  const { value } = made; // of a list, before its options move
  const before = [...old.childNodes];
  const after = [...made.childNodes];
  after.forEach((child, place) => (before[place] ? morph(before[place], child) : old.append(child)));
  before.slice(after.length).forEach((child) => child.remove());
  if (old.nodeName === "SELECT" && old.value !== value) old.value = value;
}

export function show(parent, ...children) {
  const made = h("div", {}, ...children);
  const first = parent.firstElementChild;
  if (first && first.dataset.view !== undefined) {
    made.dataset.view = "";
    morph(first, made);
  } else {
    made.dataset.view = "";
    parent.replaceChildren(made);
  }
  for (const one of parent.querySelectorAll("[data-standin]")) one.replaceWith(originals.get(one));
}

export const link = (path, ...children) => h("a", { href: path }, ...children);
// The served folder itself is ".", which a browser takes out of an address.
export const pathOf = (kind, name) => `/${kind}/${name === "." ? "" : name.split("/").map(encodeURIComponent).join("/")}`;

export const titled = (name) => (name === "." ? "this folder" : name);

export function number(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return value.toLocaleString("en");
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2).replace("e+", "e");
  return value.toFixed(Math.max(0, digits - Math.max(1, Math.ceil(Math.log10(size || 1)))) + (size < 1 ? 0 : 0));
}

export const accuracy = (value) => (value === null || value === undefined ? "–" : value.toFixed(4));

// Of what an effect is the difference: where smaller is better, it is turned round.
export const less = (one, turned) => (turned ? `${one.control} − ${one.treatment}` : `${one.treatment} − ${one.control}`);

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  for (const [size, unit] of [[172800, "days"], [7200, "h"], [120, "min"]]) {
    if (seconds >= size) return `${(seconds / (unit === "days" ? 86400 : unit === "h" ? 3600 : 60)).toPrecision(2)} ${unit}`;
  }
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

export function ago(seconds) {
  if (seconds === null || seconds === undefined) return "";
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  }
  return seconds < 10 ? "just now" : `${Math.floor(seconds / 10) * 10} s ago`;
}

// A command, and a button that copies it.
export function command(text) {
  const button = h("button", { type: "button", class: "copy", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "selected: press Ctrl-C";
    }
    setTimeout(() => { button.textContent = "copy"; }, 2000);
  } }, "copy");
  const code = h("code", {}, text);
  return h("div", { class: "command", "data-keep": text }, code, button);
}

export const counted = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

export const status = (word) => h("span", { class: `status ${word}` }, word);

export function bar(share, label) {
  return h("div", { class: "progress", role: "progressbar", "aria-label": label, "aria-valuenow": Math.round(100 * share), "aria-valuemin": 0, "aria-valuemax": 100 },
    s("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
      s("rect", { width: 100, height: 4, class: "empty" }), s("rect", { width: Math.max(0, Math.min(100, 100 * share)), height: 4, class: "full" })));
}
