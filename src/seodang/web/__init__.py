"""The school in the browser: pages on this machine, for one learner. Never imports torch; training happens in a worker."""

from seodang.web.app import create_app

__all__ = ["create_app"]
