"use strict";
(() => {
  const {
    data, order, words, $, color, make, draw, badge, time, bytes, systemSaid, counted, logOf,
    opens, panelOf, named, chips, scrolling, countsBar,
  } = opamplan;
  const { layers, targets } = data;

  // The layers that a layer stands on, itself included; by index.
  const closures = new Map();
  function closure(layer) {
    if (layer < 0) return [];
    if (closures.has(layer)) return closures.get(layer);
    const seen = new Set([layer]);
    const todo = [layer];
    while (todo.length) {
      for (const need of layers[todo.pop()].needs) {
        if (!seen.has(need)) { seen.add(need); todo.push(need); }
      }
    }
    const found = [...seen];
    closures.set(layer, found);
    return found;
  }
  for (const t of targets) {
    t.seconds = t.layer < 0 ? 0 : layers[t.layer].seconds;
    t.size = t.layer < 0 ? null : layers[t.layer].size;
    t.packages = closure(t.layer).length;
    closures.clear();  // a few thousand large arrays are not worth keeping
  }

  // The head of the page.
  const total = targets.length;
  const built = data.counts.success || 0;
  $("title").textContent = `Run ${data.run.id}: ${built} of ${counted(total, "target")} built`;
  document.title = $("title").textContent;
  const ended = data.run.ended || Date.now() / 1000;
  $("about").textContent = [
    data.run.status, new Date(data.run.started * 1000).toLocaleString(), time(ended - data.run.started),
    `strategy ${data.run.strategy}`, `on ${data.run.image}`,
    counted(layers.length, "layer"), `installs took ${time(data.seconds)}`, data.bytes ? `${bytes(data.bytes)} installed` : "",
    systemSaid(data.system_packages),
  ].filter(Boolean).join(" · ");
  const statuses = countsBar($("bar"), data.counts);

  // The table of targets.
  const wanted = chips(statuses, filter, (status) => ` ${data.counts[status]}`);
  let sort = { by: "status", up: true };
  const compare = {
    name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    status: (a, b) => order.indexOf(a.status) - order.indexOf(b.status),
    seconds: (a, b) => a.seconds - b.seconds,
    size: (a, b) => a.size - b.size,
    packages: (a, b) => a.packages - b.packages,
  };
  function filter() {
    const text = $("search").value.trim().toLowerCase();
    const found = targets.filter((t) => wanted.has(t.status) && t.name.toLowerCase().includes(text));
    found.sort((a, b) => (sort.up ? 1 : -1) * compare[sort.by](a, b) || compare.name(a, b));
    $("shown").textContent = `${found.length} of ${total}`;
    showRows(found);
  }
  const showRows = scrolling($("rows"), $("more"), (t) => make("tr", opens(() => show(t)),
    make("td", {}, make("code", {}, t.name)), make("td", {}, badge(t.status)),
    make("td", { class: "number" }, t.layer < 0 ? "" : String(Math.round(t.seconds))),
    make("td", { class: "number" }, bytes(t.size)),
    make("td", { class: "number" }, t.layer < 0 ? "" : String(t.packages))));
  $("search").addEventListener("input", filter);
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => {
      sort = { by: button.dataset.sort, up: sort.by === button.dataset.sort ? !sort.up : true };
      filter();
    });
  }

  // One target or layer.
  const byLayer = new Map(targets.filter((t) => t.layer >= 0).map((t) => [t.layer, t]));
  function show(target) { showLayer(target.layer, target.name, target.status); }
  function showLayer(index, name, status) {
    const panel = panelOf(name, badge(status));
    if (index >= 0) {
      const layer = layers[index];
      const all = closure(index);
      const facts = [`layer ${layer.key}`, counted(all.length, "package"), time(layer.seconds)];
      if (layer.size != null) {
        const whole = all.reduce((sum, l) => sum + (layers[l].size || 0), 0);
        facts.push(`${bytes(layer.size)}, ${bytes(whole)} with what it needs`);
      }
      if (layer.cached) facts.push("from the cache");
      panel.append(make("p", {}, facts.join(" · ")));
      const roots = all.filter((l) => l !== index && layers[l].status === "failure");
      if (roots.length) {
        panel.append(make("h2", {}, "Stopped by"), names(roots.map((l) => [layers[l].package, () => openLayer(l)])));
      }
      const failure = data.failures.find((f) => f.layer === index);
      const others = failure ? failure.targets.filter((t) => t !== name) : [];
      if (others.length) {
        panel.append(make("h2", {}, `Stops ${counted(others.length, "target")}`),
          names(others.map((t) => [t, () => show(targets.find((x) => x.name === t))])));
      }
      if (failure) panel.append(make("h2", {}, "Error"), make("p", {}, make("code", {}, failure.error)));
      if (layer.log || layer.file) panel.append(make("h2", {}, "Log"), ...logOf(layer.log, layer.file));
      panel.append(make("h2", {}, "Layers"), graph(index, all));
    }
  }
  function openLayer(index) {
    const target = byLayer.get(index);
    target ? show(target) : showLayer(index, layers[index].package, layers[index].status);
  }
  const names = (list) => make("div", { class: "names" },
    ...list.map(([name, open]) => make("button", { onclick: open }, name)));

  // Layers by depth, from the base on the left; each a dot with its name.
  function graph(root, all) {
    const depth = new Map();
    const depthOf = (l) => {
      if (!depth.has(l)) {
        depth.set(l, 0);
        depth.set(l, Math.max(0, ...layers[l].needs.map((n) => depthOf(n) + 1)));
      }
      return depth.get(l);
    };
    const columns = [];
    for (const l of all) (columns[depthOf(l)] ||= []).push(l);
    const place = new Map();
    const width = 150, height = 18;
    columns.forEach((column, x) => {
      column.sort((a, b) => (layers[a].package < layers[b].package ? -1 : 1));
      column.forEach((l, y) => place.set(l, [x * width + 8, y * height + 14]));
    });
    const w = columns.length * width;
    const h = Math.max(...columns.map((c) => c.length)) * height + 10;
    const svg = draw("svg", { viewBox: `0 0 ${w} ${h}`, width: w, height: h, role: "img", "aria-label": "Layers and what they need" });
    for (const l of all) {
      for (const n of layers[l].needs) {
        const [x1, y1] = place.get(n), [x2, y2] = place.get(l);
        svg.append(draw("path", { class: "edge", d: `M${x1 + 4},${y1} C${x1 + 70},${y1} ${x2 - 50},${y2} ${x2 - 4},${y2}` }));
      }
    }
    for (const l of all) {
      const [x, y] = place.get(l);
      const text = layers[l].package;
      svg.append(draw("g", { class: "node", onclick: () => openLayer(l) },
        draw("title", {}, `${text}: ${words[layers[l].status] || layers[l].status}`),
        draw("circle", { cx: x, cy: y, r: l === root ? 5 : 4, style: `fill:${color(layers[l].status)}` }),
        draw("text", { x: x + 8, y: y + 4 }, text.length > 21 ? text.slice(0, 20) + "…" : text)));
    }
    return make("div", { style: "overflow:auto" }, svg);
  }

  // Failures by their errors: packages' own first; in a group those that stop most.
  const stops = (f) => `stops ${f.targets.length} ${f.targets.length === 1 ? "target" : "targets"}`;
  const failureRow = (f, ...last) => make("tr", opens(() => openLayer(f.layer)),
    make("td", {}, make("code", {}, f.package)), make("td", { class: "number" }, stops(f)), make("td", {}, ...last));
  function groupRows(group) {
    const members = group.failures.map((n) => data.failures[n]);
    const kind = group.kind === "package" ? [] : [make("strong", {}, group.kind), " "];
    const error = [...kind, make("code", {}, group.error)];
    if (members.length === 1) return [failureRow(members[0], ...error)];
    const head = make("tr", { class: "group" },
      make("th", { colspan: 2, scope: "rowgroup" }, `${counted(members.length, "failure")} with one error`), make("td", {}, ...error));
    return [head, ...members.map((f) => failureRow(f))];
  }
  const own = data.groups.filter((g) => !g.is_infrastructure);
  const others = data.groups.filter((g) => g.is_infrastructure);
  const groupsTable = (groups) => make("table", {}, make("tbody", {}, ...groups.flatMap(groupRows)));
  if (own.length) $("failures").append(groupsTable(own));
  if (others.length) {
    $("failures").append(make("h2", {}, "Infrastructure"),
      make("p", {}, "The network, a full disk or a killed step: they say nothing of the packages."), groupsTable(others));
  }
  if (!data.groups.length) $("failures").append(make("p", {}, "Nothing failed."));
  // Batches over time.
  if (data.batches.length) {
    const begin = Math.min(...data.batches.map((b) => b.started));
    const end = Math.max(...data.batches.map((b) => b.ended || ended));
    const span = Math.max(1, end - begin);
    const svg = draw("svg", { viewBox: `0 0 900 ${data.batches.length * 26 + 10}`, width: 900, role: "img", "aria-label": "Batches over time" });
    data.batches.forEach((b, i) => {
      const x = 120 + 560 * (b.started - begin) / span;
      const w = Math.max(2, 560 * ((b.ended || ended) - b.started) / span);
      svg.append(
        draw("text", { x: 0, y: i * 26 + 22 }, `batch ${b.batch}`),
        draw("rect", { x, y: i * 26 + 10, width: w, height: 16, rx: 3, style: `fill:${color(b.status === "finished" ? "success" : "failure")}` }),
        draw("text", { x: 690, y: i * 26 + 22 }, `${b.executed} built, ${b.cached} cached, ${time((b.ended || ended) - b.started)}`));
    });
    $("batches").append(svg, ...data.batches.filter((b) => b.error).map((b) =>
      make("div", {}, make("h2", {}, `batch ${b.batch} on ${b.builder}: ${b.status}`), make("pre", {}, b.error))));
  } else {
    $("batches").append(make("p", {}, "No batch has begun."));
  }

  for (const tab of document.querySelectorAll("[data-view]")) {
    tab.addEventListener("click", () => {
      for (const other of document.querySelectorAll("[data-view]")) {
        const on = other === tab;
        other.setAttribute("aria-selected", String(on));
        $(other.dataset.view).hidden = !on;
      }
    });
  }
  filter();
  const asked = named();
  const first = targets.find((t) => t.name === asked);
  if (first) show(first);
})();
