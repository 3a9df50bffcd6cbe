"""Every interval of the engine that is not a setting, each with its why; and how it backs off."""

from datetime import timedelta

LONGEST_PAUSE = timedelta(hours=1)
STEPS = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    LONGEST_PAUSE,
)
"""A moment's failure costs seconds; what stands costs 24 looks a day and no more."""

PLAN_BUSY = timedelta(seconds=15)
"""How often a plan is read while it changes: people wait for what they see."""
PLAN_QUIET = timedelta(minutes=5)
"""How seldom a plan is read that rests: what people do there is to be seen within minutes."""

# A look at one origin
LOOK = timedelta(seconds=180)
"""How long one look may take. The host's own time-out, 10 min, ends everything in the worker: it is never reached."""
CALL_NEEDS = timedelta(seconds=65)
"""No remote call starts with less left than this: the clients give up earlier."""
LOOK_ENDS_IN = timedelta(seconds=7)
"""What a look has left when its worker is told to end; the host allows some ten seconds."""
MOVING_AGAIN = timedelta(seconds=10)
"""Before an origin is looked at anew that moved while it was looked at: whatever moves there gets a moment."""
NO_SLOT_AGAIN = timedelta(seconds=2)
"""Before a message asks for a slot again that found none, times 1 to 3: not all come back at once."""
RESYNC_OPEN_WORKFLOW = timedelta(hours=1)
"""How often a workflow with open items is read although nothing was heard of it: people wait for its steps."""
RESYNC_OPEN = timedelta(hours=24)
"""The same of a workspace or document with open items."""
RESYNC_IDLE = timedelta(days=7)
"""The same of an origin without any: nothing of it is open, so nobody waits."""
REPORT_AFTER = timedelta(hours=24)
"""For so long an origin may be in trouble before a dead letter tells of it."""
OTHERS_TURN = timedelta(seconds=30)
"""How long a message stays away from a worker whose mapping is not in force; soon only newer workers are left."""
GONE_AGAIN = timedelta(days=7)
"""How often a finished workflow is looked for that can't be read any more: most likely it was purged, as all are."""
RECORD_AGAIN = timedelta(minutes=5)
"""Before what goes on the record is tried again after an answer that was lost or put off."""
NOT_THEIRS_AGAIN = timedelta(seconds=30)
"""Before a step is asked for again that is not yet its performer's: accepting takes the server a moment."""
GRID = timedelta(seconds=5)
"""Times are rounded up to it, so that equal wishes are one row."""

# The waiting room
LONGEST_WAIT = timedelta(seconds=20)
"""Then a message goes back to its queue, where another instance may find it."""
PASSED_ON = timedelta(seconds=2)
"""For so long a slot goes from hand to hand."""
SPARE = timedelta(seconds=0.25)
"""For so long a slot that nobody needs is kept: as often as others ask for one."""
LONG_WAIT = timedelta(seconds=10)
"""Who is in no hurry and would wait for longer than this makes room for others."""
LONGEST_SPREAD = timedelta(minutes=1)
"""Nobody steps back for longer: what was expected may be over."""
STEP_BACK = timedelta(seconds=1)
"""The least time for which a message steps back: a queue's clock has whole seconds."""

# What Planner tells late
YOUNG = timedelta(minutes=10)
"""A task or its details younger than this that answer 404 may only not have reached every replica."""
REPLICA = timedelta(seconds=30)
"""By then every replica knows what one of them knew."""
CLOCK_STEP = timedelta(seconds=1)
"""`Date` has whole seconds: a write of the bridge may bear a time that is this much later than its answer's."""
CLOCK_LAG = timedelta(minutes=5)
"""How far the service's clock may be behind ours."""
SKEW = timedelta(minutes=2)
"""When people completed a task is told by another clock than ours."""
NOTE_STANDS = timedelta(days=1)
"""So long people can read that an assignment was put back."""
LOCKED_AGAIN = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1))
"""A lock or a hold is a person's: it passes in its own time."""
BRAKE_WINDOW = timedelta(hours=1)
"""Within which endings by one rule are counted."""

# Sweeps, plans and subscriptions
OVERLAP = timedelta(hours=1)
"""How far below its watermark a list of workspaces is looked through again: they may show late."""
NOT_UNDERSTOOD = timedelta(days=7)
"""How far back it is looked through where a watermark stands that can't be understood; what is known is skipped."""
SUBSCRIPTION_LIFETIME = timedelta(minutes=41_000)
"""Groups: at most 41,760 minutes. Source: https://learn.microsoft.com/graph/api/resources/subscription."""
RENEW_BEFORE = timedelta(days=7)
"""A subscription is renewed this long before it ends: a week of failed renewals loses nothing."""
RENEWALS_APART = timedelta(minutes=10)
"""Graph wants a renewal and a reauthorisation of one subscription this far apart."""
RECOVERED_WITHIN = timedelta(minutes=2)
"""Over how long all is looked at that waited for what recovered."""
RECOVERIES_APART = timedelta(minutes=10)
"""What comes and goes has those that wait looked at no more often than this."""
ASKED_FOR_ALL = timedelta(minutes=5)
"""While every plan is refused one of them is read this often: it is a permission, or Graph, not the plan."""
READS_SPREAD = timedelta(minutes=1)
"""Over how long reading resumes after a pause that Graph asked for."""
TURN_MISSED = 2 * PLAN_BUSY
"""A plan that is so late was passed over by two sweeps: nothing was swept for a while."""
CAUGHT_UP_WITHIN = timedelta(minutes=3)
"""Over how long plans at rest are read that missed their turn: twelve sweeps, by default."""

# Workers
BEAT = timedelta(seconds=15)
"""How often a worker that has anything in hand says that it lives."""
BEAT_AGAIN = timedelta(seconds=5)
"""After a heartbeat that could not be written."""
BEAT_ATTEMPT = timedelta(seconds=10)
"""For one write: several fit between the last good one and the fence."""
FENCED_AFTER = timedelta(seconds=40)
"""Without a heartbeat for so long a worker writes nothing more: others may soon take over what it has in hand."""
DEAD_AFTER = timedelta(seconds=57)
"""Later than the fence by more than two clocks drift apart in that time; and found out within a minute."""
LIFE_KNOWN = timedelta(seconds=1)
"""How long a worker that was seen alive is believed to be alive."""
LONGEST_UNTIL = timedelta(hours=2)
"""A time of the first edition that is further off than this was told by a clock that is wrong."""

# Gates, and how long a worker believes what it read
GATE_LONGEST = timedelta(seconds=1800)
"""No system is left alone for longer, whatever it asks for (`GATE_MAX_SECONDS`)."""
GATE_WITHOUT_TIME = timedelta(minutes=1)
"""How long a gate is closed by a system that named no time."""
IN_FORCE_KNOWN = timedelta(seconds=5)
"""How long a worker whose mapping is in force believes that, at origins that were last looked at under the same one."""
GATES_KEPT = timedelta(seconds=5)
"""How long a worker believes what it read of gates; one that hears late is told by the system itself."""
NAMES_KEPT = timedelta(minutes=10)
"""How long a worker believes which ids names had: they change when an administrator renames."""
TROUBLE_TOLD_AGAIN = timedelta(seconds=60)
"""Of one trouble by one worker: a system that is away fails hundreds of looks a minute."""
SPEAKS_FOR = timedelta(minutes=80)
"""How long one origin speaks for all that a trouble concerns: it is looked at once an hour, or a fifth later."""
TROUBLES_KEPT = timedelta(seconds=60)
"""How long a worker believes what it read: a success costs no call while nothing stands."""
PLACES_KEPT = timedelta(minutes=10)
"""How long a worker believes where plans, buckets and labels are."""
PEOPLE_KEPT = timedelta(minutes=15)
"""How long an answer of the directory counts: people and groups change seldom."""
MISSING_KEPT = timedelta(minutes=5)
"""Somebody who is missing is often being added just now."""
FRESH = timedelta(minutes=10)
"""How long members, names and types of Content Server count as read: they change when an administrator acts."""
ABSENT_FOR = timedelta(hours=1)
"""How long a module that a server does not have is not asked for again: it comes when an administrator installs it."""
SIGN_IN_WINDOW = timedelta(minutes=15)
"""Usual policies lock an account after five refused sign-ins within so long."""
SIGN_IN_UNDER_WAY = timedelta(seconds=90)
"""For how long a sign-in may be without an outcome."""
SIGN_IN_SOON = timedelta(milliseconds=250)
"""How soon to ask again while others are signing in."""
SIGN_IN_PAUSE = timedelta(minutes=5)
"""How long nobody signs in after a refusal; doubled with each further one, up to an hour."""
SIGN_IN_PATIENCE = timedelta(seconds=20)
"""For how long a worker waits while others sign in."""
TOKEN_EARLY = timedelta(seconds=60)
"""A token is renewed this long before it ends."""

# What failed for good, or may have
DEAD_FIRST = timedelta(hours=1)
"""Before an origin is looked at again whose message failed at every try; it doubles up to the next."""
DEAD_LONGEST = timedelta(hours=24)
"""A dead letter is a report, not an end: its origin is looked at daily."""
STATE_TOLD_AGAIN = timedelta(minutes=5)
"""How often an app says that it runs, and by which mapping."""
PAUSED_AGAIN = timedelta(minutes=2)
"""How long a message waits before it is asked for again: how soon after a pause work resumes, at the latest."""
FAILED_SOON = timedelta(seconds=15)
"""Before what failed once, and may have been one lost answer, is tried again."""
FAILED_AGAIN = timedelta(minutes=5)
"""Before what a setting or a system's absence stopped is tried again."""
RESUMED_WITHIN = timedelta(minutes=1)
"""Over how long work resumes, so that it does not resume all at once."""


def pause(tries: int) -> timedelta:
    """Return how long to wait after so many failures in a row; from the fifth on it is an hour."""
    return STEPS[min(max(tries, 1), len(STEPS)) - 1]


def doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    """Return a wait that was doubled so many times, but no more than the longest."""
    # Ten at most: after a thousand failures the product would be more than a timedelta can hold.
    return min(first * float(2 ** min(times, 10)), longest)
