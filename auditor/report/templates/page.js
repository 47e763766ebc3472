"use strict";
// Search, filters and sorting of the table of findings. The page is whole without them. Nothing here makes markup of a text.
(() => {
  const table = document.querySelector("table.findings");
  if (!table) return;
  const tongue = document.documentElement.lang;
  const collator = new Intl.Collator(tongue, { numeric: true });
  const whole = new Intl.NumberFormat(tongue);
  const fold = (text) => text.normalize("NFKC").toLocaleLowerCase(tongue).replaceAll("ё", "е");
  const cell = (above, below) => {
    const made = document.createElement("td");
    made.append(above.textContent);
    made.lang = above.lang || tongue;
    if (below.textContent) {
      const line = made.appendChild(document.createElement("p"));
      line.textContent = below.textContent;
      line.lang = below.lang || tongue;
    }
    return made;
  };

  // Each row gets what its heading says; then the headings go.
  const rows = [];
  for (const group of [...table.tBodies]) {
    let place = [];
    for (const row of [...group.rows]) {
      const head = row.cells[0];
      if (head.scope === "rowgroup") {
        place = [...head.children];
        continue;
      }
      const [office, district, service, channel] = place.map((part) => part.textContent);
      const code = row.cells[1].firstChild.textContent;
      const severity = row.cells[1].lastChild.textContent;
      const role = row.cells[2].firstChild?.nodeType === Node.TEXT_NODE ? row.cells[2].firstChild.data : "";
      const excess = row.cells[3].dataset.v;
      row.cells[1].after(cell(place[2], place[3]), cell(place[0], place[1]));
      rows.push({
        row, place: rows.length, text: null,
        facts: { district, office, service, channel, role, code, severity },
        keys: [head.textContent, code, service, office, role, excess === undefined ? -Infinity : +excess, rows.length],
      });
    }
    group.remove();
  }

  // Rows stand in bodies of a hundred: the browser lays out those bodies only that are in sight.
  const bodies = [];
  while (bodies.length * 100 < rows.length) bodies.push(document.createElement("tbody"));
  const lay = (order) => {
    bodies.forEach((body, n) => body.append(...order.slice(n * 100, n * 100 + 100).map((each) => each.row)));
    measure();
  };
  const measure = () => {
    for (const body of bodies) {
      const shown = [...body.rows].filter((row) => !row.hidden).length;
      body.hidden = !shown;
      body.style.setProperty("--rows", shown);
    }
  };
  lay(rows);
  table.append(...bodies);
  table.classList.add("whole");
  for (const head of table.tHead.querySelectorAll("[hidden]")) head.hidden = false;

  const form = document.getElementById("filter");
  const selects = [...form.querySelectorAll("select")];
  const count = document.getElementById("filter-count");
  const search = form.elements.search;

  const chosen = () => selects.filter((select) => select.value !== "").map((select) => [select.name, select.value]);
  const fits = (each, wanted, but) => wanted.every(([name, value]) => name === but || each.facts[name] === value);

  // The choices of a list are those that the other lists leave, with how many rows each has.
  const offer = () => {
    const wanted = chosen();
    for (const select of selects) {
      const counts = new Map();
      for (const each of rows) {
        const value = each.facts[select.name];
        if (value && fits(each, wanted, select.name)) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      const kept = select.value;
      if (kept && !counts.has(kept)) counts.set(kept, 0);
      const options = [...counts.keys()].sort(collator.compare).map((value) => {
        const option = document.createElement("option");
        option.value = value;
        option.textContent = `${value} (${whole.format(counts.get(value))})`;
        return option;
      });
      select.replaceChildren(select.options[0], ...options);
      select.value = kept;
      select.parentElement.hidden = counts.size === 0;
    }
  };

  const show = () => {
    const wanted = chosen();
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const each of rows) {
      let fit = fits(each, wanted);
      if (fit && words.length) {
        each.text ??= fold(each.row.textContent);
        fit = words.every((word) => each.text.includes(word));
      }
      if (each.row.hidden === fit) each.row.hidden = !fit;
      shown += fit;
    }
    measure();
    count.textContent = count.dataset.said.replace("{shown}", whole.format(shown)).replace("{total}", whole.format(rows.length));
  };

  let waiting;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 150); });
  form.addEventListener("change", (event) => { if (event.target !== search) offer(); show(); });
  form.addEventListener("reset", () => setTimeout(() => { offer(); show(); }));
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });

  // Words are compared once for each that there is, not once for each pair of rows.
  const ranked = [];
  const rank = (index) => {
    const keys = rows.map((each) => each.keys[index]);
    if (typeof keys[0] === "number") return keys;
    const place = new Map([...new Set(keys)].sort(collator.compare).map((key, i) => [key, i]));
    return keys.map((key) => place.get(key));
  };

  const heads = [...table.tHead.rows[0].cells];
  const sort = (index) => {
    const head = heads[index];
    const up = head.getAttribute("aria-sort") === "ascending" || (index === 5 && !head.hasAttribute("aria-sort"));
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "descending" : "ascending");
    const sign = up ? -1 : 1;
    const ranks = (ranked[index] ??= rank(index));
    const order = [...rows].sort((a, b) => sign * (ranks[a.place] - ranks[b.place]) || a.place - b.place);
    lay(order);
  };
  heads.forEach((head, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(index));
  });

  // On paper each finding shown is open, with its proof.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = rows.filter((each) => !each.row.hidden).map((each) => each.row.querySelector("details")).filter((each) => !each.open);
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of closed) each.open = false; });

  form.hidden = false;
  offer();
  show();
})();
