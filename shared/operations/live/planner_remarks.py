"""What is to be said of Planner's and Entra's names: plans, groups, buckets, labels, people. Pure."""

from collections.abc import Iterator

from shared.mapping.language.named import Named, Use
from shared.mapping.language.vocabulary import did_you_mean
from shared.models.text import kept_name
from shared.operations.live.landscape import Landscape, Topic
from shared.operations.live.remark import Remark, among, doubt, note, wrong


def plan_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge a plan, by id or by title in its group."""
    if not found.can_tell(Topic.GRAPH):
        return
    for spec in named.plans:
        plan = found.plans[spec]
        if plan.why_not is not None:
            if spec.group_id is None or found.groups.get(spec.group_id) is None:
                # Otherwise the group's own line tells why.
                near = among(named.name, plan.others, "plans") if plan.others else ""
                yield wrong(named.path, f"{plan.why_not}{near}")
        elif plan.is_to_be_made:
            yield note(named.path, f"the plan {named.name!r} is not there: it will be made")
        elif plan.twins:
            yield doubt(
                named.path, f"{plan.twins + 1} plans of the group are called {named.name!r}: the oldest is used"
            )
        elif spec.plan_id is not None and spec.group_id is not None and plan.group not in (None, spec.group_id):
            yield wrong(named.path, f"the plan {plan.title!r} belongs to group {plan.group}, not to {spec.group_id}")


def bucket_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge a bucket: one that is not there is made, which may not be meant."""
    for spec in named.plans if found.can_tell(Topic.GRAPH) else ():
        plan = found.plans[spec]
        there = [kept_name(one) for one in plan.buckets]
        if plan.why_not is not None or plan.is_to_be_made or kept_name(named.name) in there:
            continue
        near = did_you_mean(named.name, there)
        said = f"the plan {plan.title!r} has no bucket {named.name!r}: it will be made"
        yield doubt(named.path, said + near) if near else note(named.path, said)


def label_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge a label: a plan that is there is never given one."""
    for spec in named.plans if found.can_tell(Topic.GRAPH) else ():
        plan = found.plans[spec]
        there = [kept_name(one) for one in plan.labels]
        if plan.why_not is None and not plan.is_to_be_made and kept_name(named.name) not in there:
            known = among(named.name, plan.labels, "labels")
            yield doubt(
                named.path, f"the plan {plan.title!r} has no label {named.name!r}: tasks are made without it{known}"
            )


def group_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge an Entra group: one that owns plans, or one whose members are assigned."""
    if not found.can_tell(Topic.GRAPH):
        return
    if named.use is Use.PERSON:
        if found.can_tell(Topic.PEOPLE) and not found.directory.groups.get(named.name):
            yield wrong(named.path, f"group {named.name} has no members, or is not there")
    elif not named.name:
        yield wrong(named.path, "the setting that names the group is not set")
    elif (why := found.groups.get(named.name)) is not None:
        yield wrong(named.path, f"plans of group {named.name} can't be read: {why}")


def person_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge an address of somebody in Entra ID."""
    if not found.can_tell(Topic.GRAPH, Topic.PEOPLE):
        return
    user = found.directory.users.get(named.name)
    is_fallback = named.path == ("people", "fallback")
    if user is None and "notify" in named.path:
        yield note(named.path, f"{named.name} is not in the directory: mails go there all the same")
    elif user is None:
        then = ": what nobody else can be given goes to nobody" if is_fallback else ""
        yield wrong(named.path, f"{named.name} is not in the directory{then}")
    elif user.account_enabled is False:
        say = wrong if is_fallback else doubt
        yield say(named.path, f"the account of {named.name} is disabled")


def login_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge a login of OpenText."""
    if found.can_tell(Topic.OPENTEXT, Topic.LOGINS) and found.logins.get(named.name) is False:
        yield doubt(named.path, f"there is no user {named.name!r} in OpenText")
