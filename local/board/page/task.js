// One task's sheet: all that may be changed by hand.

function findTask(id) {
  const plan = (world.plans || []).find((one) => one.tasks.some((task) => task.id === id));
  return plan ? { plan, task: plan.tasks.find((task) => task.id === id) } : null;
}

/** Open a task's sheet, or bring the one that is open up to date. */
function showTask(id) {
  const found = findTask(id), sheet = at("sheet");
  if (!found) {
    if (sheet.open) sheet.close();
    if (world.scene.is_ready) say("That task is not there any more.", true);
    return;
  }
  show(sheet, sheetFor(found.plan, found.task));
  if (!sheet.open) sheet.showModal();
}

function sheetFor(plan, task) {
  const key = `sheet:${task.id}`;
  return h("div", { class: "stack" },
    h("div", { class: "head" }, h("h2", { id: "sheet-title" }, task.title), button("Close", () => at("sheet").close(), { class: "small", "data-key": `${key}:close` })),
    h("p", { class: "meta" }, people(task.assignees), ` · ${plan.title} · made by ${nameOf(task.made_by)}`, task.done ? ` · completed by ${nameOf(task.completed_by)}` : ""),
    task.notes.map((note) => h("p", { class: "note" }, note.replace(/^Note: /, ""))),
    h("div", { class: "actions" }, completing(task), does("Edit", key, () => editTask(task)), does("Assign", key, () => assign(task)), does("Add a line", key, () => addLine(task)), does("Delete", key, () => deleteTask(task))),
    h("label", { class: "field" }, h("span", {}, "Bucket"), bucketOf(plan, task)),
    task.checklist.length ? h("div", { class: "checks" }, task.checklist.map((line) => tickBox(task, line))) : null,
    labels(plan, task),
    task.links.length ? h("ul", { class: "links" }, task.links.map((link) => h("li", {}, lead(link.url, link.alias || link.url)))) : null,
    task.description ? h("pre", { class: "description" }, linked(task.description)) : null);
}

function bucketOf(plan, task) {
  const made = h("select", { "data-key": `bucket:${task.id}` }, task.bucket ? null : h("option", { value: "", selected: true }, "none"), plan.buckets.map((one) => h("option", { value: one.id, selected: one.id === task.bucket }, one.name)));
  made.addEventListener("change", () => act("move", { task: task.id, bucket: made.value }));
  return made;
}

function labels(plan, task) {
  const named = Object.entries(plan.labels);
  return named.length ? h("fieldset", {}, h("legend", {}, "Labels"), h("div", { class: "checks" }, named.map(([category, name]) => {
    const box = h("input", { type: "checkbox", checked: task.labels.includes(category), "data-key": `label:${task.id}:${category}` });
    box.addEventListener("change", () => act("label", { task: task.id, category, is_set: box.checked }));
    return h("label", { class: "tick" }, box, name);
  }))) : null;
}

/** Change what differs from what was shown, and nothing else: somebody may have changed the rest meanwhile. */
async function editTask(task) {
  const before = { title: task.title, due: task.due ? task.due.slice(0, 10) : null, description: task.description };
  const given = await fill("Edit the task", [
    { name: "title", label: "Title", value: before.title },
    { name: "due", label: "Due", kind: "date", value: before.due, optional: true },
    { name: "description", label: "Description", kind: "area", value: before.description, optional: true, hint: "The bridge keeps its own block at the end; what you write around it stays." },
  ], "Save");
  if (!given) return;
  given.description = given.description.replaceAll("\r\n", "\n");
  const changed = Object.entries(given).filter(([name, value]) => value !== before[name]);
  if (changed.length) await act("edit", { task: task.id, ...Object.fromEntries(changed) });
}

async function assign(task) {
  const given = await fill("Who does it?", [{ name: "to", label: "Assigned to", kind: "people", value: task.assignees }], "Assign");
  if (given) await act("reassign", { task: task.id, to: given.to });
}

async function addLine(task) {
  const given = await fill("A line of the checklist", [{ name: "title", label: "Text" }], "Add it");
  if (given) await act("add-line", { task: task.id, title: given.title });
}

async function deleteTask(task) {
  if (await ask("Delete this task?", `${task.title}. Planner keeps no copy; the bridge decides by its rule what becomes of the item.`, "Delete")) {
    at("sheet").close();
    await act("delete", { task: task.id });
  }
}
