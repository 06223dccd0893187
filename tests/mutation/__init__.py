"""Mutation testing: is each slip that one could make in the rules and models seen by a test?

`sites` finds the slips, with the operators of cosmic-ray; `covering` learns which tests reach which
line; `trying` runs those tests against one slip, in a process of its own; `report` keeps what came
out. `python -m mutation` is what `make mutants` calls.
"""
