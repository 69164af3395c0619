// Decides how the page begins where a server answers.

import { App } from "./app.js";
import { Server } from "./source.js";

const root = document.getElementById("app");
new App(root, new Server(), { writes: "write" in root.dataset }).start();
