// Decides how the page begins where it is a file: what it tells is packed in it.

import { App } from "./app.js";
import { Carried } from "./source.js";

const packed = document.getElementById("carried").textContent.trim();
const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
new Response(plain).json().then((told) => new App(document.getElementById("app"), new Carried(told), { linked: false }).start());
