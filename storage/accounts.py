"""Writing the account: the settings that belong to the whole database."""

from datetime import timedelta

from domain.account import Account
from domain.administration import merged
from domain.routing import Windows
from storage import feed
from storage.engine import Database
from storage.tables.people import AccountRow


class Accounts:
    """Stores the account's settings; safe from any thread."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def change(self, before: Account, after: Account) -> None:
        """Change what differs between the two; to whom the database belongs never changes here."""
        with self.database.write() as session:
            row = session.get_one(AccountRow, 1, with_for_update=True)
            account = merged(_account(row), before, after)
            row.three_way, row.worker_writes = account.three_way, account.worker_writes
            row.reply_days, row.grace_days = account.windows.reply.days, account.windows.grace.days
            row.use_by_minutes = int(account.use_by.total_seconds() // 60)
            row.undo_seconds = int(account.undo.total_seconds())
            row.lock_seconds = int(account.lock.total_seconds())
            row.holds_in_practice = account.holds_in_practice
            session.add(row)
            feed.append(session, "account")


def _account(row: AccountRow) -> Account:
    return Account(
        carrier=row.carrier,
        three_way=row.three_way,
        windows=Windows(timedelta(days=row.reply_days), timedelta(days=row.grace_days)),
        use_by=timedelta(minutes=row.use_by_minutes),
        demo_hint=row.demo_hint,
        undo=timedelta(seconds=row.undo_seconds),
        lock=timedelta(seconds=row.lock_seconds),
        worker_writes=row.worker_writes,
        holds_in_practice=row.holds_in_practice,
    )
