"""Archiving what is finished: `registry` says what each room puts into a file, `catalogue` numbers and names it,
`package` makes the ZIP. The PDF is bound by records.rendering.binder, in workers only."""
