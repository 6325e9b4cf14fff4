"""A language model that is none: it speaks the OpenAI protocol and does, misdeeds included, what a test asks.

A test gives its wishes in the prompt itself (`[[fake: tokens=50 delay=0.02 fail=429 times=2]]`) or over
`POST /control/script`. The fields are those of `script.Script`. Every call is recorded with the time of each
token sent; `GET /control/calls` answers the records.
"""
