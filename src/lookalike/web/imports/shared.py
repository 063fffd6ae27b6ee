"""The same files in a database that several machines share: any of them may do the work."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from lookalike import files
from lookalike.database.clock import now
from lookalike.database.database import Database
from lookalike.database.postgresql.tables import IMPORT_FILES, IMPORTS
from lookalike.gallery.sources.image_file import is_image
from lookalike.web.imports.folder import KEPT_S, Progress, checked, source_of


@dataclass(frozen=True, slots=True)
class SharedUpload:
    """See `lookalike.web.imports.folder.Upload`."""

    id: str
    database: Database

    @property
    def is_there(self) -> bool:
        with self.database.reading() as connection:
            wanted = select(IMPORTS.c.id).where(IMPORTS.c.id == self.id)
            return connection.execute(wanted).first() is not None

    def keep(self, name: str, data: bytes) -> None:
        row = {"import_id": self.id, "name": str(checked(name)), "data": data}
        key = [IMPORT_FILES.c.import_id, IMPORT_FILES.c.name]
        put = upsert(IMPORT_FILES).on_conflict_do_update(index_elements=key, set_={"data": data})
        with self.database.alone() as connection:
            connection.execute(put, row)

    @contextmanager
    def source(self, *, pictures: bool = True) -> Iterator[Path]:
        """They are files of this machine for as long as the context lasts."""
        with self._laid_out(pictures=pictures) as folder:
            yield source_of(folder)

    @contextmanager
    def _laid_out(self, *, pictures: bool) -> Iterator[Path]:
        """A folder with the files, of which pictures may be empty."""
        mine = IMPORT_FILES.c.import_id == self.id
        with tempfile.TemporaryDirectory(prefix="lookalike-import") as made:
            with self.database.reading() as connection:
                for name in connection.execute(select(IMPORT_FILES.c.name).where(mine)).scalars():
                    place = Path(made, name)
                    place.parent.mkdir(0o700, parents=True, exist_ok=True)
                    data = b""
                    if pictures or not is_image(place):
                        one = select(IMPORT_FILES.c.data).where(mine, IMPORT_FILES.c.name == name)
                        data = bytes(connection.execute(one).scalar_one())
                    files.write(place, data)
            yield Path(made)

    def tell(self, progress: Progress) -> None:
        with self.database.alone() as connection:
            one = update(IMPORTS).where(IMPORTS.c.id == self.id)
            connection.execute(one.values(**asdict(progress)))

    def progress(self) -> Progress | None:
        with self.database.reading() as connection:
            wanted = select(IMPORTS.c.done, IMPORTS.c.total).where(IMPORTS.c.id == self.id)
            row = connection.execute(wanted).first()
        return None if row is None or row.done is None else Progress(row.done, row.total)

    def remove(self) -> None:
        with self.database.alone() as connection:
            connection.execute(delete(IMPORTS).where(IMPORTS.c.id == self.id))


def begin(database: Database, import_id: str) -> SharedUpload:
    """A new import without files; those that were forgotten are deleted."""
    with database.alone() as connection:
        when = now(connection)
        old = IMPORTS.c.created < when - timedelta(seconds=KEPT_S)
        connection.execute(delete(IMPORTS).where(old))
        connection.execute(insert(IMPORTS), {"id": import_id, "created": when})
    return SharedUpload(import_id, database)
