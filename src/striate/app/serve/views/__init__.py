"""What each view of the page asks for: a module a view, each function a call of what the command of the same purpose calls.

A new view has its module here and its script in `striate/app/serve/static/views`; what several views show has one in
`striate/app/serve/static/parts`. What does not depend on a view, such as the guard or the pictures, stays in
`striate.app.serve`.
"""
