"use strict";
// What the pages have in common.
const opamplan = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const order = ["failure", "no_result", "download_failed", "accepted_failure", "dependency_failed", "no_solution",
    "gave_up", "cannot_be_built", "not_built", "unavailable", "success"];
  const words = {
    success: "built", failure: "failed", dependency_failed: "dependency failed",
    no_result: "no result", download_failed: "download failed", accepted_failure: "failed, accepted",
    no_solution: "no solution", unavailable: "not available", gave_up: "gave up", not_built: "not built",
    cannot_be_built: "cannot be built",
  };
  const $ = (id) => document.getElementById(id);
  const color = (status) => `var(--${status}, var(--faint))`;

  // Elements with text, never markup: names and logs come from untrusted files.
  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }
  function draw(tag, attributes = {}, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }
  const badge = (status) => make("span", {},
    make("span", { class: "dot", style: `background:${color(status)}` }), words[status] || status);
  const time = (seconds) => {
    const s = Math.round(seconds);
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
    return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  };

  const bytes = (n) => n == null ? "" : n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`;
  const systemSaid = (s) => s.steps ? `${bytes(s.bytes)} of system packages in ${time(s.seconds)}` : "";

  const counted = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

  // The end of a log; all of it is a file beside the page, if that was asked for.
  const logOf = (log, file) => [
    ...(log ? [make("pre", { class: "log" }, log)] : []),
    ...(file ? [make("p", {}, make("a", { href: `${data.logs}/${file}` }, "The whole log"))] : []),
  ];

  // What opens details: by the pointer, Enter and Space. Focus comes back to it when they close.
  let opener = null;
  const opens = (open) => {
    const act = (e) => { opener = e.currentTarget; open(); };
    return {
      tabindex: 0, onclick: act,
      onkeydown: (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); act(e); } },
    };
  };
  // The panel of details, with its head.
  function panelOf(name, ...about) {
    const panel = $("detail");
    panel.replaceChildren(
      make("button", { class: "close", "aria-label": "Close", onclick: close }, "×"),
      make("h2", {}, make("code", {}, name)), make("p", {}, ...about));
    panel.hidden = false;
    panel.scrollTop = 0;
    location.hash = encodeURIComponent(name);
    panel.querySelector(".close").focus();
    return panel;
  }
  function close() {
    $("detail").hidden = true;
    history.replaceState(null, "", location.pathname + location.search);
    if (opener && opener.isConnected) opener.focus();
  }
  document.addEventListener("keydown", (e) => { if (e.key === "Escape") close(); });
  function named() {
    try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; }
  }

  // A button for each status, which says whether it is wanted; the set of those that are.
  function chips(statuses, changed, about = () => "") {
    const wanted = new Set(statuses);
    for (const status of statuses) {
      const chip = make("button", { class: "chip", "aria-pressed": "true", "data-status": status, onclick: () => {
        wanted.has(status) ? wanted.delete(status) : wanted.add(status);
        chip.setAttribute("aria-pressed", String(wanted.has(status)));
        changed();
      } }, badge(status), about(status));
      $("chips").append(chip);
    }
    return wanted;
  }

  // Draws rows in portions, as one scrolls to the element `more`. `draw` makes the elements of a row.
  function scrolling(body, more, draw) {
    let found = [], drawn = 0;
    const next = () => {
      body.append(...found.slice(drawn, drawn + 200).map(draw));
      drawn = Math.min(found.length, drawn + 200);
    };
    new IntersectionObserver((entries) => {
      if (entries.some((e) => e.isIntersecting) && drawn < found.length) next();
    }, { rootMargin: "600px" }).observe(more);
    return (rows) => { found = rows; drawn = 0; body.replaceChildren(); next(); };
  }

  // A coloured bar of counts by status.
  function countsBar(node, counts) {
    const statuses = order.filter((s) => counts[s]).concat(Object.keys(counts).filter((s) => !order.includes(s)));
    for (const status of [...statuses].reverse()) {
      node.append(make("span", {
        style: `flex:${counts[status]};background:${color(status)}`, title: `${counts[status]} ${words[status] || status}`,
      }));
    }
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", statuses.map((s) => `${counts[s]} ${words[s] || s}`).join(", "));
    return statuses;
  }
  return {
    data, order, words, $, color, make, draw, badge, time, bytes, systemSaid, counted, logOf,
    opens, panelOf, named, chips, scrolling, countsBar,
  };
})();
