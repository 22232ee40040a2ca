"""The API under /api/v1/: DRF below, declarations above. A room says in its api.py what its lists are to programs; access,
filters, paging, problems, idempotency and the OpenAPI document follow.

To add a resource (rectification/api.py is the pattern):

1. `Resource(name, title, room, words, rows, fields, …)`. `words` are those that the page's `@requires` names. `rows(actor)`
   begins with `visible_to`, without select_related: a list asks for columns only (`values_list`).
2. `fields` from accounts.api.fields: text, number, flag, moment, day, coded (code and its label), ref ({id, name} of a
   foreign key), person; `sort=True` lets `ordering` name it; `long_text` stays out of lists. Show no column that the page
   hides from a role: mask with `make=mask_phone`, or narrow with `.only_for(lambda actor: …)`.
3. `filterset`: the page's own. A filter that is no FilterSet becomes one first.
4. `create`, `change`, `deeds`: `Deed(name, title, act, words, form)`. The form is the page's; `act(actor, on, form)` calls the
   room's action. A room's own "no" is `Refused` (409) with its sentence and article.
5. Transitions: `moves = [move(MACHINE, name, act, form)]` in `deeds`, and `options(MACHINE, moves)` in `parts`
   (records.api.transitions). What the pages' buttons do not offer is not offered here.
6. `parts`: what hangs on the object; `inline=False` gives it an address of its own. records.api.roots has HISTORY,
   DEADLINES, FILES and the columns of every root (TENANCY).
7. Add `RESOURCES` to portal/api.py and every operation to tests/api_table.py: the access test fails on one that it does not
   know, and schemathesis calls it with tokens of three roles.
"""
