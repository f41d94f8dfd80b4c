"""An address for every page that can be got. A route without one fails test_pages: being listed is being tested."""

from web.school import QUESTION

EXAMPLES = (
    "/",
    "/syllabus",
    "/search?q=sigmoid",
    "/search?q=",
    "/found?q=sigmoid",
    QUESTION,
    "/questions/relu_over_sigmoid",
    f"{QUESTION}/figure.json",
    f"{QUESTION}/figure.svg",
    f"{QUESTION}/figure.png",
    f"{QUESTION}/figure.csv",
    f"{QUESTION}/figure.csv?of=own",
    f"{QUESTION}/evidence.json",
    f"{QUESTION}/notebook.ipynb",
    f"{QUESTION}/explorations",
    f"{QUESTION}/explorations/1.svg",
    "/running/unknown",
    "/running/unknown/events",
    "/runs/1",
    "/runs/1/evidence.json",
    "/evidence",
    "/terms",
    "/count",
    "/count?spec=conv9-4&input=1x4x4",
    "/counted",
    "/count/by-hand",
    "/count/by-hand/output?n=32",
    "/review",
    "/review/answered?card=relu_over_sigmoid&answer=relu",
    "/calibration",
    "/mine",
    "/mine/seodang.zip",
    "/mine/anki.txt",
    "/static/style.css",
    "/static/fonts/math.woff2",
    "/favicon.ico",
)
NOT_HERE = ("/static/vega.js",)
"""Tested in the browser: making it takes seconds."""
