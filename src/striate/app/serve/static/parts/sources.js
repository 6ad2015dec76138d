// What is looked inside, and what at: a run, a net of a library, or a file of weights; a picture that is dropped, taken or named.

import { camera } from "/static/camera.js";
import { h } from "/static/dom.js";
import { get, upload } from "/static/live.js";

const MOST_BYTES = 32 * 2 ** 20;

// `chosen` is { net, weights, trained_on, image }; `open` is called for another net, `look` for another picture, `failed` with words.
export function sources({ chosen, open, look, said, signal }) {
  let runs = [];
  let known = { files: [], nets: [], data: [] };
  const eye = camera({ signal, take: (file) => picture(file) });

  async function begin() {
    [runs, known] = [(await get("/api/folder", {}, signal)).all, await get("/api/weights", {}, signal)];
    if (!chosen.net && !chosen.weights) chosen.net = runs[0] || "";
  }

  async function give(path, file, doing) {
    said(doing);
    try {
      if (file.size > MOST_BYTES) throw new Error(`"${file.name}" has more than 32 MB; lay it in the folder that is served, or make it smaller.`);
      return await upload(path, file, { name: file.name }, signal);
    } catch (error) {
      if (error.name !== "AbortError") said(error.message, true);
      return null;
    }
  }

  async function picture(file) {
    const got = file && await give("/api/picture", file, "Reading the picture…");
    if (got) look(got.image);
  }

  async function weights(file) {
    const got = file && await give("/api/weights-file", file, "Reading the weights…");
    if (got) open({ weights: got.weights, net: known.nets.includes(chosen.net) ? chosen.net : "" });
  }

  // A place where a file is dropped, or chosen; what is taken goes to `take`.
  function dropper(id, words, accept, take) {
    const file = h("input", { type: "file", id, accept, class: "out", onchange: () => take(file.files[0]) });
    const place = h("div", { class: "drop", "data-keep": id, ondragover: (event) => { event.preventDefault(); place.classList.add("over-it"); }, ondragleave: () => place.classList.remove("over-it"),
      ondrop: (event) => { event.preventDefault(); place.classList.remove("over-it"); take(event.dataTransfer.files[0]); } }, file, h("label", { for: id }, words));
    return place;
  }

  const select = (id, label, value, options, change) => h("div", { class: "field" }, h("label", { for: id }, label),
    h("select", { id, onchange: (event) => change(event.target.value) }, options.map(([one, word]) => h("option", { value: one, selected: one === value }, word))));

  function draw(pictured) {
    const choices = [...new Set([chosen.net, ...runs, ...(chosen.weights ? known.nets : [])].filter(Boolean))];
    const files = [...new Set([chosen.weights, ...known.files].filter(Boolean))];
    return [
      !choices.length && !files.length && [h("p", {}, "There is no finished run in this folder yet. Train one, and it can be chosen here:"), h("pre", {}, "striate train --set data=digits")],
      h("div", { class: "controls wide" },
        h("div", { class: "field" }, h("label", { for: "net" }, "Net"), h("input", { id: "net", list: "nets", value: chosen.net, "data-keep": `net-${chosen.net}`, placeholder: chosen.weights ? "as the file says, or resnet20" : "a run, or timm:NAME", onchange: (event) => open({ net: event.target.value.trim() }) }),
          h("datalist", { id: "nets" }, choices.map((one) => h("option", { value: one })))),
        select("weights", "Weights", chosen.weights, [["", "the net's own"], ...files.map((one) => [one, one.startsWith("dropped:") ? "the file that was uploaded" : one.replace(":", ": ")])], (one) => open({ weights: one, net: one ? (known.nets.includes(chosen.net) ? chosen.net : "") : runs[0] || "", trained_on: "" })),
        chosen.weights && select("trained", "Trained on", chosen.trained_on, [["", "what the file or the net says"], ...known.data.map((one) => [one, one])], (one) => open({ trained_on: one })),
        dropper("weights-file", "Drop a file of weights, or choose one", ".safetensors,.pt,.pth,.bin,.ckpt", weights)),
      h("div", { class: "controls wide" },
        h("div", { class: "field" }, h("label", { for: "image" }, "Picture"), h("input", { id: "image", value: chosen.image, "data-keep": `image-${chosen.image}`, placeholder: "digits:0", disabled: !pictured, onchange: (event) => look(event.target.value.trim()) })),
        dropper("file", "Drop a picture here, or choose one", "image/*", picture), eye),
    ];
  }
  return { begin, draw };
}
