"""The store: opened by a URL, asked and told in sentences. Nothing of SQL comes out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine

from seodang.review import CardState, OwnCard, Prediction, Record, Result, Review
from seodang.store import answers, archive, learners, noting, older, opening, reviewing, rows, running
from seodang.store.glance import OLDER
from seodang.store.kinds import HERE, Exploration, Learner, Note, Run, RunStatus
from seodang.store.watching import Watch


class Store:
    """What is remembered, of one learner or of many (docs/store.md). Open it with `Store.open`; threads may share it.

    `learner` is a learner's id. A `token` names an intention: the same one twice is one row. Whatever keeps the database
    from being read or written is a StoreError, a sentence for the user; then nothing of what was asked has happened.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self.where = where
        """The database as a message names it."""
        self._engine = engine
        snapshot = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        self._reader = engine.execution_options(**snapshot)
        self._writer = engine.execution_options(**{opening.WRITES: True})
        self._watch = Watch(engine)

    @classmethod
    def open(cls, url: str | None = None, *, patience: float = 5.0) -> Self:
        """The database at this URL, or the user's own; made or brought up to date first.

        `patience`: seconds to wait while another process writes.
        """
        parsed = opening.parsed(url or opening.default_url())
        where = opening.told(parsed)
        engine = opening.connected(parsed, patience)
        try:
            with opening.explained(where):
                opening.bring_up_to_date(engine, where, patience)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, where)

    def close(self) -> None:
        """Let go of the database."""
        self._watch.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """One consistent reading: what others write meanwhile is not seen."""
        with opening.explained(self.where), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or nothing."""
        with opening.explained(self.where), self._writer.begin() as connection:
            yield connection

    def check_writable(self) -> None:
        """StoreError where nothing can be written: better said at the start than after the first prediction."""
        with self._writing():
            pass

    def version(self) -> int | None:
        """A number that is another one after every write, by whomever; None on PostgreSQL."""
        with opening.explained(self.where):
            return self._watch.version()

    # ----------------------------------------------------------------------------------------------------- learners

    def me(self, at: datetime) -> Learner:
        """The one learner of this machine, made the first time together with the predictions of an earlier version."""
        with self._reading() as connection:
            known = learners.by_handle(connection, HERE)
        if known is not None:
            return known
        with self._writing() as connection:
            opening.alone(connection)
            known = learners.by_handle(connection, HERE)
            if known is None:
                known = learners.make(connection, HERE, at, "")
                if self._older is not None:
                    older.move_over(connection, known.id, self._older)
            return known

    def new_learner(self, handle: str, at: datetime, *, name: str = "") -> Learner:
        """Someone new. StoreError when the handle is taken."""
        with self._writing() as connection:
            opening.alone(connection)
            return learners.make(connection, handle, at, name)

    def learner(self, handle: str) -> Learner | None:
        """Who has this handle."""
        with self._reading() as connection:
            return learners.by_handle(connection, handle)

    def learners(self) -> tuple[Learner, ...]:
        """Everyone, the first come first."""
        with self._reading() as connection:
            return learners.everyone(connection)

    def begin_day_at(self, learner: int, minutes: int) -> None:
        """Let the learner's day begin so many minutes after midnight UTC; their cards are scheduled anew."""
        with self._writing() as connection:
            rows.lock(connection, learner)
            learners.begin_day_at(connection, learner, minutes)
            reviewing.rebuild(connection, learner)

    # -------------------------------------------------------------------------------------- predicted, seen and read

    def predict(self, learner: int, prediction: Prediction, token: str | None = None) -> Prediction:
        """Remember a prediction; with a token that was here already, the one made then is returned."""
        with self._writing() as connection:
            return answers.predict(connection, learner, prediction, token)

    def predictions(self, learner: int, slug: str | None = None) -> tuple[Prediction, ...]:
        """Every prediction, or those of one question, oldest first."""
        with self._reading() as connection:
            return answers.predicted(connection, learner, slug)

    def saw_result(self, learner: int, result: Result, token: str | None = None) -> Result:
        """The learner has seen what came out of a question: predictions made from now on do not count."""
        with self._writing() as connection:
            return answers.saw_result(connection, learner, result, token)

    def explained(self, learner: int, slug: str, at: datetime) -> datetime:
        """The learner has read the explanation; returns when they first did."""
        with self._writing() as connection:
            return answers.read_explanation(connection, learner, slug, at)

    def record(self, learner: int) -> Record:
        """Everything the rules of `seodang.review` need, read at one moment."""
        with self._reading() as connection:
            return answers.record(connection, learner)

    # -------------------------------------------------------------------------------------------------------- reviews

    def log_review(self, learner: int, review: Review, token: str | None = None) -> CardState:
        """Log the answer to a card, and say where the card stands now."""
        with self._writing() as connection:
            return reviewing.log(connection, learner, review, token)

    def reviews(self, learner: int, card: str | None = None) -> tuple[Review, ...]:
        """The log, or what it holds of one card, oldest first."""
        with self._reading() as connection:
            return reviewing.logged(connection, learner, card)

    def rebuild_cards(self, learner: int) -> Mapping[str, CardState]:
        """Derive every card's state from the log anew."""
        with self._writing() as connection:
            return reviewing.rebuild(connection, learner)

    def add_cards(self, learner: int, cards: Sequence[OwnCard]) -> int:
        """Keep cards of the learner's own; those known by their guid are written over. Returns how many."""
        with self._writing() as connection:
            return reviewing.add_own(connection, learner, cards)

    def drop_card(self, learner: int, guid: str) -> None:
        """Delete a card of the learner's own, and its reviews."""
        with self._writing() as connection:
            reviewing.drop_own(connection, learner, guid)

    # ------------------------------------------------------------------------------------------ runs and explorations

    def begin_run(
        self,
        learner: int,
        slug: str,
        ledger: str,
        parameters: Mapping[str, Any],
        at: datetime,
        *,
        exploration: bool = False,
        token: str | None = None,
    ) -> Run:
        """Note that a run was asked for. `ledger` names the file its seeds are kept in."""
        with self._writing() as connection:
            return running.begin(connection, learner, slug, ledger, parameters, at, exploration, token)

    def end_run(self, run: int, status: RunStatus, at: datetime, *, error: str = "") -> Run:
        """Note how a run ended; one that has ended already stays as it is, and is returned."""
        with self._writing() as connection:
            return running.end(connection, run, status, at, error)

    def run(self, run: int) -> Run:
        """The run of this id."""
        with self._reading() as connection:
            return running.one(connection, run)

    def runs(self, learner: int, slug: str | None = None) -> tuple[Run, ...]:
        """Every run, or those of one question, oldest first."""
        with self._reading() as connection:
            return running.of_learner(connection, learner, slug)

    def unfinished_runs(self) -> tuple[Run, ...]:
        """The runs of everyone that have not ended, oldest first: what goes on after a restart."""
        with self._reading() as connection:
            return running.unfinished(connection)

    def keep_exploration(
        self,
        learner: int,
        slug: str,
        ledger: str,
        parameters: Mapping[str, Any],
        name: str,
        at: datetime,
        token: str | None = None,
    ) -> Exploration:
        """Keep a run with knobs turned, to compare with others."""
        with self._writing() as connection:
            return running.explore(connection, learner, slug, ledger, parameters, name, at, token)

    def explorations(self, learner: int, slug: str | None = None) -> tuple[Exploration, ...]:
        """Every exploration kept, or those of one question, oldest first."""
        with self._reading() as connection:
            return running.explored(connection, learner, slug)

    def drop_exploration(self, learner: int, exploration: int) -> None:
        """Keep it no longer."""
        with self._writing() as connection:
            running.drop(connection, learner, exploration)

    # ---------------------------------------------------------------------------------------------- notes and settings

    def write_note(self, learner: int, slug: str, text: str, at: datetime, revision: int) -> Note:
        """Write the note over the revision that was read (0: none yet). NoteChanged when there is a later one."""
        with self._writing() as connection:
            return noting.write(connection, learner, slug, text, at, revision)

    def note(self, learner: int, slug: str) -> Note:
        """The note on a question; empty, of revision 0, where there is none."""
        with self._reading() as connection:
            return noting.note(connection, learner, slug)

    def notes(self, learner: int) -> tuple[Note, ...]:
        """Every note that says something, by question."""
        with self._reading() as connection:
            return noting.everything(connection, learner)

    def set(self, learner: int, name: str, value: Any) -> None:
        """Keep a setting: anything JSON can say."""
        with self._writing() as connection:
            noting.set_setting(connection, learner, name, value)

    def settings(self, learner: int) -> dict[str, Any]:
        """Every setting by its name."""
        with self._reading() as connection:
            return noting.all_settings(connection, learner)

    # ------------------------------------------------------------------------------------------------------- all of it

    def export(self, learner: int, beside: Mapping[str, bytes] | None = None) -> bytes:
        """Everything of a learner as a zip of plain files. `beside`: other files to put in, name → contents."""
        with self._reading() as connection:
            return archive.export(connection, learner, beside or {})

    def import_archive(self, learner: int, data: bytes) -> None:
        """Add what an archive holds; what is here already stays. StoreError when it is no archive, and nothing is added."""
        with self._writing() as connection:
            archive.read(connection, learner, data)

    def forget(self, learner: int) -> None:
        """Delete everything of a learner, the predictions file of an earlier version included, and overwrite it."""
        with self._writing() as connection:
            known = rows.lock(connection, learner)
            learners.remove(connection, learner)
            if known.handle == HERE and self._older is not None:
                older.delete(self._older)
        if self._engine.dialect.name == "sqlite":
            opening.empty_log(self._engine)

    @property
    def _older(self) -> Path | None:
        """Where an earlier version kept predictions: beside the file."""
        sqlite = self._engine.dialect.name == "sqlite"
        return Path(self._engine.url.database or "").parent / OLDER if sqlite else None
