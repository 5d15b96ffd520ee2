"""Where things lie in the two rows of whole numbers that every kernel works on.

`f` holds the problem and is read only, `s` one schedule under change. Two flat rows, because every
array that a compiled function takes costs more to hand over than most of these functions do.
"""

NEVER = -1
MAKESPAN, TARDINESS = 0, 1

# The head of `f`: sizes, then where each part lies in `f`, then where each part lies in `s`.
STEPS, MACHINES, GROUPS, PLACES, AIM, TOLERANCE, FAMILIES, JOBS = range(8)
KEEPS = 15
"""Whether there is a plan in force to keep to."""
WEIGHT = 8
"""Seven weights in the order of the totals."""
F_MACHINE, F_MODE, F_ARC_IN, F_ARC_OUT, F_TRANSFER, F_MATRIX, F_JOB_SETUP, F_STEP_SETUP = range(16, 24)
F_WINDOW, F_OVERTIME, F_GROUP, F_END, F_COUNT, F_NEED, F_RECEIPT_AT, F_RECEIPT, F_LEVEL = range(24, 33)
S_MACHINE, S_LATE, S_LOAD, S_KEPT, S_SEEN, S_STIRRED = range(36, 42)
S_STACK, S_TAIL, S_BATCH, S_SPENT, S_USAGE, S_LOG = range(42, 48)
SHARED, CREWS, MATERIALS, HORIZON = range(48, 52)
"""Whether people, materials or batches must be looked at; how far their use is looked at."""
F_STEP = 64
"""Where the rows of operations begin, in `f` and in `s`."""

# A row of an operation in `f`. `_TO` is beyond the last.
STEP = 24
JOB, BACK, ON, RELEASED, FAMILY, WHOLE, MODE_FROM, MODE_TO = range(8)
ARC_FROM, ARC_TO, OUT_FROM, OUT_TO, FIXED, FIXED_START, FIXED_END, NOW_MACHINE = range(8, 16)
NOW_START, HOME, TOGETHER, GROUP, LOAD, NEED_FROM, NEED_TO = range(16, 23)

# A row of a machine in `f`.
MACHINE = 12
FACILITY, BUSY, MOUNTED, MATRIX, WINDOW_FROM, WINDOW_TO, CUT = range(7)
OVERTIME_FROM, OVERTIME_TO, CREW, BATCH = range(7, 11)

# A row of a group of lots in `f`.
LOTS = 4
DUE, PENALTY, END_FROM, END_TO = range(4)

# The head of `s`.
USED, MARK, STIRRED, LOWEST, CHANCE, CHAIN, REACHED = range(7)
"""Length of the log; last mark given; how many are stirred, the lowest rank of them; the chance's state."""
CHOSEN, SPARE = 20, 28
"""Two moves noted by the tabu search: the best that is not barred, and any one that is."""
LENGTH, KIND, MOVED_STEP, TO_MACHINE, TO_WORK, TO_BEFORE, TIES = range(7)
TOTAL = 8
OBJECTIVE, MOVED, SETUP, OVERTIME, AWAY, BALANCE, LAST, BROKEN = range(8)
"""Places of the totals; BROKEN is by how much fixed operations are pushed off."""

# A row of an operation in `s`. LINE is not the operation's: row k holds the k-th of the order.
# KEEP: on the machine of the plan in force it does not begin before its time there.
PLACE = 9
START, END, ON_MACHINE, WORK, BEFORE, AFTER, RANK, LINE, KEEP = range(9)
HEAD, TAIL = range(2)
"""A row of a machine in `s`."""
