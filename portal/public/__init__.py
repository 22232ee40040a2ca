"""The site that everybody may read, under /public/: no sign-in, no session, no cookie, no scope (docs/adr).

`gate` answers every address here before sessions and users are looked at, so a view has no `request.user`, no messages and
no CSRF token; `pages.page` renders without context processors. Views read `PublishedCopy` and nothing else. Pages that
change only when something is published are `@pages.kept`. A form posts plainly: `gate.from_here` refuses other sites'.
"""
