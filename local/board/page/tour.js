// The guided tour: six steps, each saying what to do and what to look at.

const TOUR_AT = "board-tour";
const TOUR = [
  { title: "A contract, and its tasks", text: "OpenText holds the contract; the bridge made its tasks from the rules in mapping.yaml: an owner, a due day and a checklist each. Open a card: the block at its end says where it comes from, and its link leads to the record.", place: "#planner", go: "Look at Planner" },
  { title: "Be the reviewer", text: "You are Deke. His card “Approve …” waits under Approvals. Tick Approve, complete it, and look at OpenText: the workflow has moved in his name, and the decision lies beside the contract as evidence.", person: "dfoxhoven", place: "#planner", go: "Be Deke" },
  { title: "Try it as a colleague", text: "In OpenText, start another workflow with the document. Then, as Liz, tick and complete Deke's new card. The bridge opens it again with a note, and nothing moves: who decided is proven, not believed.", person: "lwhite", place: "#opentext", go: "Be Liz" },
  { title: "Rename what a rule relies on", text: "As Admin, rename the category “Contract”, and change an attribute of the contract. The bridge can't know what it was told to look at: it says so under Operations, and closes nothing.", person: "Admin", place: "#opentext", go: "Be Admin" },
  { title: "Break something", text: "Choose “Kill the worker at the next new task” below, and make a new workspace. The worker dies between Planner's yes and the bridge's own note of it. Wait a minute, until another takes over, and count the cards: one of each.", person: "pwilliams", place: "#opentext", go: "Be Peter" },
  { title: "Mend it, and ask the bridge", text: "Mend everything, and look at Operations: what stood in the way, who waited, what healed it. “What the bridge knows” beside each record tells its whole life.", place: "#operations", go: "Look at Operations" },
];

function tourAt() {
  return Number(sessionStorage.getItem(TOUR_AT) || 0);
}

function showTour() {
  const place = tourAt(), step = TOUR[place];
  const go = (to) => () => {
    sessionStorage.setItem(TOUR_AT, String(to));
    showTour();
  };
  if (!step) {
    show(at("tour"), h("p", {}, h("b", {}, "Yours now."), " Begin another scene below, or ", does("take the tour again", "tour", go(0), "link")));
    return;
  }
  const chosen = () => {
    if (step.person) choose(step.person);
    location.hash = step.place;
  };
  show(at("tour"), h("div", { class: "head" }, h("p", {}, h("b", {}, `${place + 1} of ${TOUR.length} · ${step.title}. `), step.text),
    h("div", { class: "actions" }, does(step.go, "tour", chosen, "main"), place ? does("Back", "tour", go(place - 1), "") : null, does(place + 1 < TOUR.length ? "Next" : "Done", "tour", go(place + 1), ""))));
}
