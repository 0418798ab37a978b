"""The first and the tenth page of lists by `oso` and `sqlalchemy-oso`, on the database that Portico's own lists were measured on.

Usage: lists.py DATABASE READERS SECONDS
DATABASE  an address for SQLAlchemy; it is only read
READERS   JSON: [{"name": …, "subject": …, "groups": […], "reads_public": …, "reads_all": …}]
SECONDS   the longest time for each page of each reader; each is read at least once

Prints JSON: for each reader and page how many rows came, and the times in microseconds.
"""

import json
import sys
import time

from oso import Oso
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, String, create_engine
from sqlalchemy.orm import declarative_base, relationship, sessionmaker
from sqlalchemy_oso import register_models
from sqlalchemy_oso.auth import authorize_model

Base = declarative_base()
ROWS = 50


class DocumentGroup(Base):
    __tablename__ = "document_group"
    document_id = Column(BigInteger, ForeignKey("document.id"), primary_key=True)
    group_id = Column(String, primary_key=True)


class Document(Base):
    __tablename__ = "document"
    id = Column(BigInteger, primary_key=True)
    title = Column(String)
    owner_id = Column(String)
    is_private = Column(Boolean)
    folder = Column(String)
    updated_at = Column(BigInteger)
    trashed_at = Column(BigInteger)
    groups = relationship(DocumentGroup, lazy="noload")


class Person:
    def __init__(self, reader):
        self.id = reader["subject"]
        self.groups = reader["groups"]
        self.reads_public = reader["reads_public"]
        self.reads_all = reader["reads_all"]


RULES = """
allow(person: Person, "view", document: Document) if person.reads_public = true and document.is_private = false;
allow(person: Person, "view", document: Document) if document.owner_id = person.id;
allow(person: Person, "view", document: Document) if group in document.groups and group.group_id in person.groups;
allow(person: Person, "view", _: Document) if person.reads_all = true;
"""


def page(oso, engine, person, number):
    """One page, newest first, in a session of its own, as for a request."""
    session = sessionmaker(bind=engine)()
    try:
        allowed = authorize_model(oso, person, "view", session, Document)
        query = session.query(Document).filter(allowed, Document.trashed_at.is_(None))
        query = query.order_by(Document.updated_at.desc(), Document.id.desc())
        return query.offset((number - 1) * ROWS).limit(ROWS).all()
    finally:
        session.close()


def measured(read, seconds):
    times, end = [], time.monotonic() + seconds
    rows = []
    while not times or time.monotonic() < end:
        begun = time.perf_counter()
        rows = read()
        times.append((time.perf_counter() - begun) * 1_000_000)
    times.sort()
    p99 = times[min(len(times) * 99 // 100, len(times) - 1)]
    return {"rows": len(rows), "runs": len(times), "p50": round(times[len(times) // 2]), "p99": round(p99)}


def main():
    database, readers, seconds = sys.argv[1], json.loads(sys.argv[2]), float(sys.argv[3])
    engine = create_engine(database)
    oso = Oso()
    register_models(oso, Base)
    oso.register_class(Person)
    oso.load_str(RULES)
    found = []
    for reader in readers:
        person = Person(reader)
        for name, number in (("first", 1), ("tenth", 10)):
            times = measured(lambda: page(oso, engine, person, number), seconds)
            found.append({"person": reader["name"], "page": name, **times})
    json.dump(found, sys.stdout)


main()
