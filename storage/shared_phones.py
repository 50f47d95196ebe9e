"""One text for several people with one phone: whom it is addressed to when the first may not be texted (rule 33)."""

from datetime import datetime

from sqlmodel import Session, col, select

from domain.delivery import Channel
from storage.final_texts import NEVER_ARRIVED
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow
from storage.tables.people import ContactRow
from storage.taken_off import was_taken_off


def why_no_text(session: Session, contact: ContactRow, text: DeliveryRow) -> str:
    """Why a text must not leave to a contact, as far as it is about them; "" where it may."""
    if contact.removed_at is not None:
        return "the contact was deleted"
    if contact.mobile != text.to_address:
        return "the contact has another number now, or none: write to them again"
    if not contact.sms_on:
        return "SMS was switched off for this contact"
    message = session.get(MessageRow, text.message_id) if text.message_id else None
    if message is not None and was_taken_off(session, contact.id, message):
        return "the contact was taken off the job"
    return ""


def give_on(session: Session, text: DeliveryRow, now: datetime) -> bool:
    """Address a text to the next of its message with the same phone who may be texted; False where nobody is.

    The caller holds the text. Whoever got one of their own gets no second.
    """
    if text.message_id is None or text.recipient_id is None or _got_another(session, text):
        return False
    sharing = select(RecipientRow).where(
        RecipientRow.message_id == text.message_id,
        RecipientRow.mobile == text.to_address,
        RecipientRow.id != text.recipient_id,
        col(RecipientRow.contact_id).is_not(None),
    )
    for person in session.exec(sharing.order_by(col(RecipientRow.place))).all():
        contact = session.get_one(ContactRow, person.contact_id)
        if not why_no_text(session, contact, text):
            # What was made of it for its former reader is made anew when it is claimed.
            text.recipient_id, text.body, text.link_id, text.changed_at = person.id, "", None, now
            session.add(text)
            session.flush()
            return True
    return False


def _got_another(session: Session, text: DeliveryRow) -> bool:
    """Whether another text of the same message went, or goes, to this phone."""
    other = select(DeliveryRow.id).where(
        DeliveryRow.message_id == text.message_id,
        DeliveryRow.to_address == text.to_address,
        DeliveryRow.channel == Channel.SMS,
        col(DeliveryRow.notice_to).is_(None),
        DeliveryRow.id != text.id,
        col(DeliveryRow.state).not_in(NEVER_ARRIVED),
    )
    if text.resend_of is not None:
        other = other.where(DeliveryRow.id != text.resend_of)
    return session.exec(other.limit(1)).first() is not None
