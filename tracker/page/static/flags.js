// Decides how flags are answered on their own page, where it may write.

import { Server } from "./source.js";
import { flagForm } from "./write.js";

const server = new Server();
for (const item of document.querySelectorAll("ul.flags[data-write] > li[data-flag]")) {
  const record = (path, said) => server.record(path, said);
  const done = () => item.classList.add("answered");
  item.append(flagForm({ id: item.dataset.flag }, { record, done }));
}
