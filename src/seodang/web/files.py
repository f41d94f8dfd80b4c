"""What is shipped and never changes: styles, scripts, fonts, and the chart bundle that comes out of vl-convert."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from seodang.home import home
from seodang.web.pages import STATIC

router = APIRouter()
KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
KEPT_A_DAY = {"Cache-Control": "public, max-age=86400"}
KINDS = {".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
_one_at_a_time = Lock()


@router.get("/static/vega.js")
def vega(request: Request) -> Response:
    """Vega, Vega-Lite and Vega-Embed as one script, made from the wheel once and kept beside the learner's data."""
    packed = _vega()
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type="text/javascript", headers={**KEPT, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type="text/javascript", headers=KEPT)


def _vega() -> bytes:
    with _one_at_a_time:
        return _vega_once(home() / "cache" / f"vega-{version('vl-convert-python')}.js.gz")


@cache
def _vega_once(path: Path) -> bytes:
    if path.is_file():
        return path.read_bytes()
    import vl_convert

    packed = gzip.compress(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed").encode(), mtime=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed)
    except OSError:
        pass  # a full or read-only disk: it is made again next time
    return packed


@router.get("/static/{name:path}")
def shipped(name: str, v: str = "") -> Response:
    """A file of the package; asked for with its hash, it may be kept for ever."""
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC) or path.suffix not in KINDS or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type=KINDS[path.suffix], headers=KEPT if v else KEPT_A_DAY)


@router.get("/favicon.ico")
def icon() -> Response:
    """The seal."""
    return FileResponse(STATIC / "seal.svg", media_type=KINDS[".svg"], headers=KEPT)
