// A picture from the camera: asked for, seen before it is taken, and off again afterwards. Nothing leaves this machine.

import { h } from "/static/dom.js";

const WHY = {
  NotAllowedError: "The camera was refused. Allow it for this page in the browser, or drop a picture.",
  NotFoundError: "There is no camera here. Drop a picture, or name a test image.",
  OverconstrainedError: "There is no camera here. Drop a picture, or name a test image.",
  NotReadableError: "The camera is there, and another program has it. Close that one, and try again.",
};

// `take` gets each picture as a file; the element is a button, and while the camera is on what it sees.
export function camera({ signal, take }) {
  const view = h("video", { autoplay: true, playsinline: true, muted: true, "aria-label": "What the camera sees" });
  view.muted = true;
  const said = h("p", { class: "note", role: "alert", hidden: true });
  const open = h("button", { type: "button", onclick: start }, "Use the camera");
  const shot = h("button", { type: "button", class: "main", onclick: snap }, "Take this picture");
  const close = h("button", { type: "button", onclick: stop }, "Camera off");
  const on = h("div", { class: "camera-on", hidden: true }, view, h("p", {}, shot, " ", close));
  const element = h("div", { class: "camera", "data-keep": "camera" }, open, said, on);
  let stream = null;

  function tell(text) {
    said.textContent = text;
    said.hidden = !text;
  }

  async function start() {
    tell("");
    if (!navigator.mediaDevices?.getUserMedia) {
      tell("This browser gives no camera to a page at this address. Open it on the machine that serves it, at http://127.0.0.1, or drop a picture.");
      return;
    }
    open.disabled = true;
    try {
      const got = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 } }, audio: false });
      if (signal.aborted) return got.getTracks().forEach((track) => track.stop());
      stream = got;
      stream.getVideoTracks()[0].addEventListener("ended", () => { stop(); tell("The camera is gone."); });
      view.srcObject = stream;
      on.hidden = false;
      open.hidden = true;
      shot.focus();
    } catch (error) {
      tell(WHY[error.name] || `The camera cannot be used (${error.name}). Drop a picture instead.`);
    } finally {
      open.disabled = false;
    }
  }

  function stop() {
    const had = on.contains(document.activeElement);
    stream?.getTracks().forEach((track) => track.stop());
    stream = view.srcObject = null;
    on.hidden = true;
    open.hidden = false;
    if (had) open.focus();
  }

  async function snap() {
    const { videoWidth: width, videoHeight: height } = view;
    if (!width) return tell("The camera has shown nothing yet; wait a moment.");
    const canvas = h("canvas", { width, height });
    canvas.getContext("2d").drawImage(view, 0, 0);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    tell("");
    take(new File([blob], "camera.png", { type: "image/png" }));
  }
  signal.addEventListener("abort", stop);
  return element;
}
