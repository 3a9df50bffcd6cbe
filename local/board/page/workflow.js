// One workflow: where it stands, and the form of the step that waits.

function workflow(flow, target) {
  const name = `workflow-${flow.id}`, manages = [does("Suspend", name, () => change(flow, "suspend")), does("Stop", name, () => stopFlow(flow))];
  const may = { running: manages, suspended: [does("Resume", name, () => change(flow, "resume")), manages[1]] };
  return h("div", { id: name, class: `flow${target === name ? " target" : ""}`, tabindex: "-1" },
    h("div", { class: "head" }, h("h3", {}, flow.name, " ", h("span", { class: `state ${flow.state === "completed" ? "completed" : flow.state === "running" ? "open" : "held"}` }, flow.state), h("small", {}, `${flow.id} · started by ${nameOf(flow.initiator)} · ${flow.documents.map((one) => one.name).join(", ")}`)),
      h("div", { class: "actions" }, h("a", { class: "button small", href: `#operations/${name}` }, "What the bridge knows"), may[flow.state] || null)),
    h("ol", { class: "steps" }, flow.steps.map((step) => visit(flow, step))));
}

function visit(flow, step) {
  const told = step.completed_at
    ? `completed by ${nameOf(step.completed_by)}, ${clock(step.completed_at)}${step.disposition === "SendOn" ? "" : `: ${step.disposition}`}`
    : `waits for ${nameOf(step.performer)}${step.due ? `, due ${shortDay(step.due)}` : ""}`;
  return h("li", {}, h("div", {}, h("b", {}, step.name), " ", h("span", { class: "soft" }, told), step.comment ? h("small", {}, step.comment) : null),
    step.waits && flow.state === "running" ? h("div", { class: "actions" }, outcomes(flow, step), does("Reassign", `${flow.id}:${step.step}`, () => reassignStep(flow, step))) : null);
}

function outcomes(flow, step) {
  const offered = [...step.outcomes, ...(step.sends_on ? ["SendOn"] : [])];
  return offered.map((one) => does(one === "SendOn" ? "Send on" : one, `${flow.id}:${step.step}`, () => sendOn(flow, step, one)));
}

async function sendOn(flow, step, disposition) {
  const given = await fill(`${step.name}: ${disposition === "SendOn" ? "send on" : disposition}`, [{ name: "comment", label: "Comment", kind: "area", optional: true, hint: `As ${nameOf(me())}, in OpenText itself.` }], "Send on");
  if (given) await act("complete-step", { workflow: flow.id, step: step.step, disposition, comment: given.comment });
}

async function reassignStep(flow, step) {
  const given = await fill(`Hand '${step.name}' to`, [{ name: "to", label: "Person", kind: "select", options: planners().map((one) => [one.login, one.name]) }], "Reassign");
  if (given) await act("reassign-step", { workflow: flow.id, step: step.step, to: given.to });
}

function change(flow, wanted) {
  return act("change-workflow", { workflow: flow.id, wanted });
}

async function stopFlow(flow) {
  if (await ask("Stop this workflow?", "It does not go on again. Its tasks in Planner are closed, and say why.", "Stop")) await change(flow, "stop");
}
