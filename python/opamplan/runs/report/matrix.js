"use strict";
(() => {
  const {
    data, order, words, $, color, make, badge, time, systemSaid, counted, logOf,
    opens, panelOf, named, chips, scrolling, countsBar,
  } = opamplan;
  const { runs, packages } = data;
  const failures = data.failures;
  // As compact.py leaves them: texts are places in lists, and what is nothing is left out.
  const cellOf = (c) => {
    if (c === null) return null;
    const [status, seconds = 0, failure = 0, causes, reason = 0] = Array.isArray(c) ? c : [c];
    return {
      status: data.statuses[status], seconds, causes: causes || [],
      failure: failure ? failure - 1 : null, reason: reason ? data.reasons[reason - 1] : "",
    };
  };
  for (const p of packages) {
    p.cells = p.cells.map(cellOf);
    p.maintainers = p.maintainers.map((place) => data.maintainers[place]);
    p.maintained = p.maintainers.join("\n").toLowerCase();
  }
  $("maintainers").append(...[...data.maintainers].sort().map((name) => make("option", { value: name })));

  // The head of the page: a line for each run.
  const built = runs.map((r) => r.counts.success || 0);
  $("title").textContent = `${counted(packages.length, "package")} in ${counted(runs.length, "environment")}`;
  document.title = $("title").textContent;
  const different = packages.filter((p) => p.differs).length;
  $("about").textContent = `${different} of them not the same everywhere`;
  runs.forEach((run, i) => {
    const total = Object.values(run.counts).reduce((sum, n) => sum + n, 0);
    const bar = make("div", { class: "bar" });
    countsBar(bar, run.counts);
    $("runs").tBodies[0].append(make("tr", { title: `run ${run.id} of ${run.file}\n${run.environment}\n${run.image}` },
      make("th", { scope: "row" }, run.name),
      make("td", { class: "number" }, `${built[i]} of ${total} built`),
      make("td", { class: "filling" }, bar),
      make("td", {}, `${new Date(run.started * 1000).toLocaleString()}, ${run.status}${run.ended ? `, ${time(run.ended - run.started)}` : ""}`),
      make("td", {}, systemSaid(run.system_packages))));
  });

  // The table: a row for each package, a cell for each run.
  const found = new Set();
  for (const p of packages) for (const cell of p.cells) if (cell) found.add(cell.status);
  const statuses = order.filter((s) => found.has(s)).concat([...found].filter((s) => !order.includes(s)));
  const rank = new Map(statuses.map((s, i) => [s, i]));
  const wanted = chips(statuses, filter);
  let sort = { by: "dependents", up: false };
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
  // `lwt*` is a pattern of whole names, with their versions or without; other text is looked for.
  const matches = (text) => {
    if (!/[*?]/.test(text)) return (p) => p.name.toLowerCase().includes(text);
    const pattern = text.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
    const whole = new RegExp(`^${pattern}$`);
    return (p) => whole.test(p.name.toLowerCase()) || whole.test(p.name.toLowerCase().split(".")[0]);
  };
  const says = (p, isNamed, told) => isNamed(p)
    || p.cells.some((cell) => cell && (told.has(cell.failure) || cell.causes.some((f) => told.has(f))));
  function filter() {
    const text = $("search").value.trim().toLowerCase();
    const who = $("maintainer").value.trim().toLowerCase();
    const only = $("differences").checked;
    const isNamed = matches(text);
    const told = new Set();  // failures that say it
    failures.forEach((f, i) => {
      if (text && (f.package.toLowerCase().includes(text) || f.error.toLowerCase().includes(text) || f.log.toLowerCase().includes(text))) told.add(i);
    });
    const rows = packages.filter((p) => (!only || p.differs)
      && (!who || p.maintained.includes(who))
      && p.cells.some((cell) => cell && wanted.has(cell.status)) && (!text || says(p, isNamed, told)));
    rows.sort((a, b) => (sort.up ? 1 : -1) * compare(a, b) || b.dependents - a.dependents || byName(a, b));
    $("shown").textContent = `${rows.length} of ${packages.length}`;
    showRows(rows);
  }
  const showRows = scrolling($("rows"), $("more"), (p) => make("tr", opens(() => show(p)), make("td", { title: p.name }, make("code", {}, p.name)), make("td", { class: "number" }, String(p.dependents)),
  ...p.cells.map((cell, i) => make("td", { class: "cell" }, cell
    ? make("span", { class: "dot", style: `background:${color(cell.status)}`,
      title: `${runs[i].name}: ${words[cell.status] || cell.status}`, role: "img",
      "aria-label": words[cell.status] || cell.status })
    : ""))));
  $("search").addEventListener("input", filter);
  $("maintainer").addEventListener("input", filter);
  $("differences").addEventListener("change", filter);

  // One package, run by run.
  function show(p) {
    const panel = panelOf(p.name, `${p.dependents} ${p.dependents === 1 ? "target needs" : "targets need"} it`);
    if (p.maintainers.length) panel.append(make("p", {}, `maintained by ${p.maintainers.join(", ")}`));
    p.cells.forEach((cell, i) => {
      panel.append(make("h2", {}, runs[i].name), make("p", {},
        ...(cell ? [badge(cell.status), cell.seconds ? ` · ${time(cell.seconds)}` : ""] : ["no target here"])));
      if (!cell) return;
      if (cell.causes.length) {
        panel.append(make("p", {}, "stopped by ", ...cell.causes.flatMap((f) => [
          make("button", { class: "link", onclick: () => showFailure(f) }, failures[f].package), " "])));
      }
      if (cell.reason) panel.append(make("p", {}, cell.reason));
      if (cell.failure != null) panel.append(...said(failures[cell.failure]));
    });
  }
  // A layer that failed: of a target, or of what only others need.
  function showFailure(index) {
    const f = failures[index];
    const panel = panelOf(f.package, `${runs[f.run].name} · layer ${f.layer} · stops ${f.stops} ${f.stops === 1 ? "target" : "targets"}`);
    panel.append(make("p", {}, badge(f.status)), ...said(f));
  }
  const said = (f) => [
    make("p", {}, f.kind === "package" ? "" : `${f.kind}: `, make("code", {}, f.error)),
    ...logOf(f.log, f.file),
  ];

  filter();
  const asked = named();
  const first = packages.find((p) => p.name === asked);
  if (first) show(first);
})();
