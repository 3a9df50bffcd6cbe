// OpenText: workspaces with their attributes, roles and documents, and the workflows on them.

function showOpenText(target) {
  const records = world.opentext;
  if (!records) return [];
  const loose = records.workflows.filter((flow) => !records.workspaces.some((space) => space.id === flow.workspace));
  const head = section("Content Server", `${many(records.workspaces.length, "workspace")} · ${many(records.workflows.length, "workflow")}`,
    h("div", { class: "actions" }, does("New workspace", "opentext", newWorkspace, "main"), does("Rename a category", "opentext", renameCategory, "")),
    records.workspaces.length ? null : h("p", { class: "empty" }, "Nothing is there yet. Make a workspace, and look at Planner."));
  return [head, [...records.workspaces].reverse().map((space) => workspace(space, target)), loose.map((flow) => h("section", {}, workflow(flow, target)))];
}

function workspace(space, target) {
  const flows = world.opentext.workflows.filter((flow) => flow.workspace === space.id);
  return h("section", { id: `node-${space.id}`, class: target === `node-${space.id}` ? "target" : null, tabindex: "-1" },
    h("div", { class: "head" }, h("h2", {}, space.name, h("small", {}, `${space.kind} · ${space.id} · made by ${nameOf(space.owner)}`)), h("div", { class: "actions" }, h("a", { class: "button small", href: `#operations/workspace-${space.id}` }, "What the bridge knows"), does("Add a document", space.id, () => addDocument(space)))),
    h("div", { class: "two" }, attributes(space), h("div", { class: "stack" }, roles(space), documents(space, target))),
    flows.map((flow) => workflow(flow, target)));
}

function attributes(space) {
  const rows = space.attributes.map((one) => h("tr", {}, h("td", {}, one.path), h("td", {}, linked(one.value)), h("td", { class: "acts" }, does("Change", `${space.id}:${one.path}`, () => changeAttribute(space, one)))));
  return h("div", {}, h("h3", { class: "sub" }, "Attributes"), h("div", { class: "scroll" }, h("table", {}, h("thead", { class: "hidden" }, h("tr", {}, ["name", "value", ""].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows))));
}

function roles(space) {
  return h("div", {}, h("h3", { class: "sub" }, "Roles"), h("dl", { class: "pairs" }, space.roles.map((role) => [h("dt", {}, role.name), h("dd", {}, role.members.map(nameOf).join(", ") || "nobody")])));
}

function documents(space, target) {
  const rows = space.documents.map((one) => {
    const newest = one.versions[one.versions.length - 1];
    return h("li", { id: `node-${one.id}`, class: target === `node-${one.id}` ? "target" : null, tabindex: "-1" },
      h("div", {}, h("a", { href: `documents/${one.id}`, "data-key": `document:${one.id}` }, one.name), h("small", {}, newest ? `version ${newest.number} by ${nameOf(newest.by)}, ${clock(newest.at)}` : "no version", one.is_locked ? " · locked" : "")),
      h("div", { class: "actions" }, does("New version", one.id, () => act("add-version", { document: one.id })), world.opentext.maps.length ? does("Start a workflow", one.id, () => startWorkflow(one)) : null));
  });
  return h("div", {}, h("h3", { class: "sub" }, "Documents"), rows.length ? h("ul", { class: "documents" }, rows) : h("p", { class: "empty" }, "None."));
}

async function newWorkspace() {
  const kinds = world.opentext.kinds;
  const given = await fill("A new workspace", [
    { name: "kind", label: "Kind", kind: "select", options: kinds.map((one) => [one.name, one.name]) },
    { name: "name", label: "Name", value: "" },
    { name: "day", label: kinds.map((one) => one.day.split(".")[1]).join(" or "), kind: "date", value: dayAhead(kinds[0].days_ahead) },
  ], "Make it");
  if (given) await act("create-workspace", given);
}

async function renameCategory() {
  const given = await fill("Rename a category", [
    { name: "category", label: "Category", kind: "select", options: world.opentext.categories.map((one) => [String(one.id), one.name]) },
    { name: "name", label: "New name", hint: "As Admin. Content Server announces no renaming: the bridge meets it at its next look." },
  ], "Rename");
  if (given) await act("rename-category", { category: Number(given.category), name: given.name });
}

async function changeAttribute(space, one) {
  const isDay = one.type === "Date";
  const given = await fill(one.path, [{ name: "value", label: "Value", kind: isDay ? "date" : "text", value: isDay ? one.value.slice(0, 10) : one.value, optional: true }], "Save");
  if (given) await act("set-attribute", { node: space.id, path: one.path, value: given.value || "" });
}

async function addDocument(space) {
  const given = await fill(`A document for ${space.name}`, [{ name: "name", label: "Name", value: "Supply contract.docx" }], "Upload");
  if (given) await act("add-document", { workspace: space.id, name: given.name });
}

async function startWorkflow(one) {
  const given = await fill(`A workflow with ${one.name}`, [{ name: "map", label: "Workflow map", kind: "select", options: world.opentext.maps.map((name) => [name, name]) }], "Start");
  if (given) await act("start-workflow", { map: given.map, document: one.id });
}
