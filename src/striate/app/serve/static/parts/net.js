// A net as a row of blocks: height the side of its maps, width their number; one layer at a time in numbers, and what a
// cell of it sees of an image.

import { h, s } from "/static/dom.js";

const KINDS = ["convolution", "dense", "pool", "norm", "relu", "add", "dropout"];
const kindOf = (layer) => KINDS.find((word) => layer.kind.includes(word)) || "other";
const many = (n) => (n >= 1e9 ? `${(n / 1e9).toFixed(2)} G` : n >= 1e6 ? `${(n / 1e6).toFixed(2)} M` : n >= 1e4 ? `${(n / 1e3).toFixed(1)} k` : n.toLocaleString("en"));

// `look` gives a picture by its name, as { uri, caption }; `start` is the first one, nothing where there is none to draw on.
export function netFigure(anatomy, start, look) {
  const layers = anatomy.layers;
  const input = anatomy.input;
  const facts = h("dl", { class: "facts layer", "aria-live": "polite" });
  const field = h("div", { class: "field-of-view" });
  let picture = null;
  let at = [0.5, 0.5]; // where the cell is that sees, as a share of width and height
  let chosen = 0;
  const side = Math.max(input[1], input[2]);
  const blocks = layers.map((layer) => {
    const map = layer.output.length === 3;
    const tall = map ? 22 + 92 * Math.sqrt(layer.output[1] / side) : 22 + 14 * Math.log10(layer.output[0] + 1);
    const wide = map ? 7 + 5 * Math.log2(layer.output[0] + 1) : 12;
    const thin = !layer.parameters && !layer.macs && !layer.kind.includes("pool");
    return { layer, tall, wide: thin ? 7 : wide };
  });
  const gap = 5;
  let x = 4;
  const height = 130;
  const shapes = blocks.map(({ layer, tall, wide }, place) => {
    const shape = s("rect", { x, y: (height - tall) / 2, width: wide, height: tall, rx: 2, class: `block k-${kindOf(layer)}` });
    const target = s("rect", { x: x - gap / 2, y: 0, width: wide + gap, height, class: "hit" });
    x += wide + gap;
    target.addEventListener("pointerenter", () => choose(place));
    target.addEventListener("click", () => choose(place));
    return [shape, target];
  });
  const svg = s("svg", { viewBox: `0 0 ${x} ${height}`, width: x, height, role: "img", "aria-label": `${anatomy.net}: ${layers.length} layers` }, shapes.flat());
  const said = h("small", { role: "status" });
  const on = h("input", { id: "drawn-on", value: start, placeholder: "digits:0", onchange: () => draw(on.value.trim()) });

  async function draw(name) {
    try {
      const found = name ? await look(name) : { uri: null, caption: "" };
      picture = found.uri;
      said.textContent = found.caption;
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!error.kind) throw error;
      picture = null;
      said.textContent = error.message;
    }
    seen(layers[chosen]);
  }

  const picker = h("input", { type: "range", min: 0, max: layers.length - 1, value: 0, id: "layer", oninput: () => choose(Number(picker.value)) });

  function choose(place) {
    const layer = layers[place];
    chosen = place;
    picker.value = place;
    picker.setAttribute("aria-valuetext", `${layer.name}, ${layer.kind}`);
    svg.querySelectorAll(".block").forEach((block, i) => block.classList.toggle("chosen", i === place));
    const fact = (word, value) => h("div", {}, h("dt", {}, word), h("dd", {}, value));
    facts.replaceChildren(fact("layer", `${layer.name}`), fact("kind", [layer.kind, layer.detail && h("small", {}, layer.detail)]),
      fact("output", layer.output.join(" × ")), fact("parameters", many(layer.parameters)), fact("multiply-adds", many(layer.macs)),
      fact("receptive field", layer.receptive_field ? `${layer.receptive_field} × ${layer.receptive_field}` : "the whole image"));
    seen(layer);
  }

  function seen(layer) {
    const [, tall, wide] = input;
    const size = Math.min(layer.receptive_field || side, side);
    const part = (whole, share) => { const long = Math.min(size, whole); return [Math.max(0, Math.min(whole - long, share * whole - long / 2)), long]; };
    const [x, width] = part(wide, at[0]);
    const [y, high] = part(tall, at[1]);
    const move = (event) => {
      const box = drawn.getBoundingClientRect();
      at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      seen(layers[chosen]);
    };
    const drawn = s("svg", { viewBox: `0 0 ${wide} ${tall}`, role: "img", "aria-label": `a cell of ${layer.name} sees ${size} of ${side} pixels`, onpointermove: move },
      picture ? s("image", { href: picture, width: wide, height: tall }) : s("rect", { width: wide, height: tall, class: "paper" }),
      picture ? null : Array.from({ length: 7 }, (_, i) => s("path", { d: `M0 ${((i + 1) * tall) / 8}H${wide}M${((i + 1) * wide) / 8} 0V${tall}`, class: "lattice" })),
      s("rect", { x, y, width, height: high, class: "window" }));
    field.replaceChildren(drawn, h("small", {}, `what a cell of this layer sees of the ${wide} × ${tall} image; point at it to move the cell`));
  }
  const whole = h("div", { class: "net", "data-keep": "net" },
    h("p", { class: "soft" }, `${anatomy.net}: ${many(anatomy.parameters)} parameters, ${many(anatomy.macs)} multiply-adds for an image of ${input.join(" × ")}.`),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The net's layers" }, svg),
    h("p", { class: "field" }, h("label", { for: "layer" }, "Layer"), picker),
    h("div", { class: "beside" }, facts, h("div", { class: "sight" }, field, look && h("p", { class: "field" }, h("label", { for: "drawn-on" }, "Drawn on"), on), said)));
  choose(0);
  if (look && start) draw(start);
  return whole;
}
