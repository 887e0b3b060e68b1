// The filter of a graph: which kinds of edges are shown, and only what touches what is typed. Without it all is shown.
(function () {
  function ready(run) {
    if (window.document$) window.document$.subscribe(run); else document.addEventListener("DOMContentLoaded", run);
  }
  function filter(graph) {
    var search = graph.querySelector("input[type=search]");
    var boxes = Array.from(graph.querySelectorAll("input[type=checkbox]"));
    var edges = Array.from(graph.querySelectorAll("svg .edges path"));
    var nodes = Array.from(graph.querySelectorAll("svg .node"));
    var rows = Array.from(document.querySelectorAll("table.edges tbody tr"));
    var named = {};
    nodes.forEach(function (node) {
      named[node.dataset.node] = (node.textContent + " " + node.dataset.node).toLowerCase();
    });
    function show() {
      var kinds = new Set(boxes.filter(function (box) { return box.checked; }).map(function (box) { return box.dataset.kind; }));
      var wanted = search.value.trim().toLowerCase();
      function kept(edge) {
        var d = edge.dataset;
        return kinds.has(d.kind) && (!wanted || (named[d.source] || "").includes(wanted) || (named[d.target] || "").includes(wanted));
      }
      var met = new Set();
      var count = 0;
      edges.forEach(function (edge) {
        var shown = kept(edge);
        edge.style.display = shown ? "" : "none";
        if (shown) { met.add(edge.dataset.source); met.add(edge.dataset.target); count += 1; }
      });
      nodes.forEach(function (node) { node.style.display = met.has(node.dataset.node) ? "" : "none"; });
      rows.forEach(function (row) { row.hidden = !kept(row); });
      graph.querySelector("output").textContent = count;
    }
    graph.querySelector("form").addEventListener("submit", function (event) { event.preventDefault(); });
    boxes.concat([search]).forEach(function (each) { each.addEventListener("input", show); });
  }
  ready(function () { document.querySelectorAll(".graph").forEach(filter); });
  // On paper nothing stays folded.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (each) { each.open = true; each.dataset.printed = ""; });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-printed]").forEach(function (each) { each.open = false; delete each.dataset.printed; });
  });
})();
