"use strict";
(() => {
  const { data, order, words, $, color, make, badge, time, lastError, scrolling, countsBar } = opamplan;
  const { runs, packages } = data;
  for (const p of packages) {
    for (const cell of p.cells) {
      if (cell) { cell.causes ||= []; cell.log ??= -1; }  // left out where there is nothing to say
    }
  }

  // The head of the page: a line for each run.
  const built = runs.map((r) => r.counts.success || 0);
  $("title").textContent = `${packages.length} packages in ${runs.length} environments`;
  document.title = $("title").textContent;
  const different = packages.filter((p) => p.differs).length;
  $("about").textContent = `${different} of them not the same everywhere`;
  runs.forEach((run, i) => {
    const total = Object.values(run.counts).reduce((sum, n) => sum + n, 0);
    const bar = make("div", { class: "bar" });
    countsBar(bar, run.counts);
    $("runs").tBodies[0].append(make("tr", { title: `${run.environment}\n${run.image}` },
      make("th", { scope: "row" }, run.name),
      make("td", { class: "number" }, `${built[i]} of ${total} built`),
      make("td", { class: "filling" }, bar),
      make("td", {}, `${run.status}${run.ended ? `, ${time(run.ended - run.started)}` : ""}`)));
  });

  // The table: a row for each package, a cell for each run.
  const found = new Set();
  for (const p of packages) for (const cell of p.cells) if (cell) found.add(cell.status);
  const statuses = order.filter((s) => found.has(s)).concat([...found].filter((s) => !order.includes(s)));
  const rank = new Map(statuses.map((s, i) => [s, i]));
  const wanted = new Set(statuses);
  let sort = { by: "dependents", up: false };
  for (const status of statuses) {
    const chip = make("button", { class: "chip", "aria-pressed": "true", "data-status": status, onclick: () => {
      wanted.has(status) ? wanted.delete(status) : wanted.add(status);
      chip.setAttribute("aria-pressed", String(wanted.has(status)));
      filter();
    } }, badge(status));
    $("chips").append(chip);
  }
  const sorter = (by, text, attributes = {}) => make("th", { scope: "col", ...attributes },
    make("button", { "data-sort": by, onclick: () => {
      sort = { by, up: sort.by === by ? !sort.up : by !== "dependents" };
      filter();
    } }, text));
  $("heads").append(sorter("name", "package"),
    sorter("dependents", "dependents", { class: "number", title: "targets that need it, where most do" }),
    ...runs.map((run, i) => sorter(i, run.name, { class: "cell" })));
  const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const rankOf = (cell) => (cell ? rank.get(cell.status) : statuses.length);
  function compare(a, b) {
    if (sort.by === "name") return byName(a, b);
    if (sort.by === "dependents") return a.dependents - b.dependents;
    return rankOf(a.cells[sort.by]) - rankOf(b.cells[sort.by]);
  }
  const log = (cell) => (cell && cell.log >= 0 ? data.logs[cell.log] : "");
  const says = (p, text) => p.name.toLowerCase().includes(text)
    || p.cells.some((cell) => log(cell).toLowerCase().includes(text));
  function filter() {
    const text = $("search").value.trim().toLowerCase();
    const only = $("differences").checked;
    const rows = packages.filter((p) => (!only || p.differs)
      && p.cells.some((cell) => cell && wanted.has(cell.status)) && (!text || says(p, text)));
    rows.sort((a, b) => (sort.up ? 1 : -1) * compare(a, b) || b.dependents - a.dependents || byName(a, b));
    $("shown").textContent = `${rows.length} of ${packages.length}`;
    showRows(rows);
  }
  const showRows = scrolling($("rows"), $("more"), (p) => make("tr", {
    tabindex: 0, onclick: () => show(p), onkeydown: (e) => { if (e.key === "Enter") show(p); },
  }, make("td", {}, make("code", {}, p.name)), make("td", { class: "number" }, String(p.dependents)),
  ...p.cells.map((cell, i) => make("td", { class: "cell" }, cell
    ? make("span", { class: "dot", style: `background:${color(cell.status)}`,
      title: `${runs[i].name}: ${words[cell.status] || cell.status}`, role: "img",
      "aria-label": words[cell.status] || cell.status })
    : ""))));
  $("search").addEventListener("input", filter);
  $("differences").addEventListener("change", filter);

  // One package, run by run.
  function show(p) {
    const panel = $("detail");
    panel.replaceChildren(
      make("button", { class: "close", "aria-label": "Close", onclick: hide }, "×"),
      make("h2", {}, make("code", {}, p.name)), make("p", {}, `${p.dependents} targets need it`));
    p.cells.forEach((cell, i) => {
      panel.append(make("h2", {}, runs[i].name), make("p", {},
        ...(cell ? [badge(cell.status), cell.seconds ? ` · ${time(cell.seconds)}` : ""] : ["no target here"])));
      if (!cell) return;
      if (cell.causes.length) {
        panel.append(make("p", {}, "stopped by ", ...cell.causes.flatMap((name) => {
          const other = packages.find((x) => x.name === name);
          return [other ? make("button", { class: "link", onclick: () => show(other) }, name) : make("code", {}, name), " "];
        })));
      }
      if (cell.reason) panel.append(make("p", {}, cell.reason));
      const text = log(cell);
      if (text) panel.append(make("p", {}, make("code", {}, lastError(text))), make("pre", { class: "log" }, text));
    });
    panel.hidden = false;
    panel.scrollTop = 0;
    location.hash = encodeURIComponent(p.name);
    panel.querySelector(".close").focus();
  }
  function hide() { $("detail").hidden = true; location.hash = ""; }
  document.addEventListener("keydown", (e) => { if (e.key === "Escape") hide(); });

  filter();
  const asked = decodeURIComponent(location.hash.slice(1));
  const first = packages.find((p) => p.name === asked);
  if (first) show(first);
})();
