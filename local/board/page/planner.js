// Planner: each plan as columns of cards, which are dragged, ticked, completed.

function showPlanner() {
  if (!world.plans) return [];
  return world.plans.map((plan) => section(plan.title, `plan of the group ${plan.group} · ${many(plan.tasks.length, "task")}`,
    does("Add a task", plan.id, () => addTask(plan)),
    h("div", { class: "board", role: "group", "aria-label": `Buckets of ${plan.title}`, tabindex: "0" }, columns(plan)))).concat(mails());
}

function columns(plan) {
  const known = new Set(plan.buckets.map((one) => one.id));
  const loose = plan.tasks.filter((task) => !known.has(task.bucket));
  return [...plan.buckets.map((bucket) => column(plan, bucket, plan.tasks.filter((task) => task.bucket === bucket.id))), loose.length ? column(plan, { id: "", name: "No bucket" }, loose) : null];
}

function column(plan, bucket, tasks) {
  const made = h("div", { class: "bucket", role: "group", "aria-label": bucket.name }, h("h3", {}, bucket.name), tasks.map((task) => card(plan, task)));
  if (!bucket.id) return made;
  made.addEventListener("dragover", (event) => {
    event.preventDefault();
    made.classList.add("over");
  });
  made.addEventListener("dragleave", () => made.classList.remove("over"));
  made.addEventListener("drop", (event) => {
    event.preventDefault();
    made.classList.remove("over");
    const id = event.dataTransfer.getData("text/plain"), task = plan.tasks.find((one) => one.id === id);
    if (task && task.bucket !== bucket.id) act("move", { task: id, bucket: bucket.id });
  });
  return made;
}

function card(plan, task) {
  const made = h("article", { class: `card${task.done ? " done" : ""}`, draggable: "true", "aria-label": task.title },
    h("h4", {}, h("a", { href: `#task/${task.id}`, "data-key": `card:${task.id}` }, task.title)),
    h("div", { class: "meta" }, people(task.assignees), task.due ? ` · due ${shortDay(task.due)}` : "", task.priority < 5 ? [" · ", h("span", { class: "tag" }, task.priority < 3 ? "urgent" : "important")] : null, task.labels.map((one) => [" ", h("span", { class: "tag label" }, plan.labels[one] || one)])),
    task.notes.map((note) => h("p", { class: "note" }, note.replace(/^Note: /, ""))),
    task.done ? h("div", { class: "meta" }, `completed by ${nameOf(task.completed_by)}, ${clock(task.completed_at)}`) : task.checklist.map((line) => tickBox(task, line)),
    h("div", { class: "actions" }, completing(task), task.links.slice(0, 1).map((link) => h("span", { class: "meta" }, lead(link.url, "OpenText")))));
  made.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData("text/plain", task.id);
    made.classList.add("dragged");
  });
  made.addEventListener("dragend", () => made.classList.remove("dragged"));
  return made;
}

function completing(task) {
  return task.done ? does("Open again", task.id, () => act("reopen", { task: task.id })) : does("Complete", task.id, () => act("complete", { task: task.id }), "small main");
}

function tickBox(task, line) {
  const box = h("input", { type: "checkbox", checked: line.checked, "data-key": `tick:${task.id}:${line.key}` });
  box.addEventListener("change", () => act("tick", { task: task.id, item: line.key, checked: box.checked }));
  return h("label", { class: "tick", title: `last changed by ${nameOf(line.by)}` }, box, line.title);
}

async function addTask(plan) {
  const given = await fill(`A task of your own in ${plan.title}`, [
    { name: "title", label: "Title" },
    { name: "bucket", label: "Bucket", kind: "select", options: plan.buckets.map((one) => [one.id, one.name]) },
    { name: "to", label: "For", kind: "people", value: [me()] },
    { name: "due", label: "Due", kind: "date", optional: true },
  ], "Add it");
  if (given) await act("add-task", { plan: plan.id, ...given });
}

function mails() {
  const sent = [...world.mails].reverse();
  return sent.length ? [h("section", {}, h("h2", {}, "Mails", h("small", {}, `${many(sent.length, "mail")} that the bridge sent`)),
    h("ul", { class: "mails" }, sent.slice(0, 20).map((mail) => h("li", {}, h("details", {}, h("summary", {}, `${mail.subject} · to ${mail.to.join(", ")}`), h("pre", {}, linked(mail.text)))))))] : [];
}
