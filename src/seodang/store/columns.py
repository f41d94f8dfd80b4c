"""Columns that come back as they went in, from SQLite and from PostgreSQL alike."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text, TypeDecorator

from seodang.review.times import utc


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. SQLite keeps no timezone: UTC is taken off before, and put on again after. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return utc(value) if dialect.name == "postgresql" else utc(value).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """What someone typed. PostgreSQL takes no NUL and UTF-8 no half of a surrogate pair: what no one can have meant goes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else clean(value)


class Json(TypeDecorator[Any]):
    """A value as JSON text, keys sorted: equal values are equal rows."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002
        return clean(json.dumps(value, sort_keys=True, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value)


def clean(text: str) -> str:
    """The text without what a database cannot hold."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
