"""Twilio's JSON shapes. Source: Twilio's OpenAPI text for API 2010-04-01."""

import hashlib
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from domain.segments import count
from simulator.rules import ERROR_TEXTS, Refused
from simulator.texts import Text, moment

Json = dict[str, Any]
VERSION = "2010-04-01"


def account_uri(account: str) -> str:
    """Where everything of the account lies."""
    return f"/{VERSION}/Accounts/{account}"


def message(text: Text, account: str, now: int) -> Json:
    """A Message as it stands at `now`."""
    error = text.error_code(now)
    uri = f"{account_uri(account)}/Messages/{text.sid}"
    return {
        "account_sid": account,
        "api_version": VERSION,
        "body": text.body,
        "date_created": rfc_2822(text.created_at),
        "date_sent": rfc_2822(text.date_sent(now)),
        "date_updated": rfc_2822(text.date_updated(now)),
        "direction": text.direction.value,
        "error_code": error,
        "error_message": None if error is None else ERROR_TEXTS.get(error),
        "from": text.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(count(text.body).parts),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status(now),
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.recipient,
        "uri": f"{uri}.json",
    }


def number_sid(number: str) -> str:
    """The SID of one of the account's numbers; the same in every simulator."""
    return "PN" + hashlib.md5(number.encode(), usedforsecurity=False).hexdigest()


def incoming_number(number: str, account: str, since: int) -> Json:
    """An IncomingPhoneNumber that routes nothing anywhere: no URL is set."""
    sid = number_sid(number)
    urls = ("sms_url", "sms_fallback_url", "voice_url", "voice_fallback_url", "status_callback")
    applications = ("sms_application_sid", "voice_application_sid")
    absent = ("address_sid", "bundle_sid", "emergency_address_sid", "identity_sid", "trunk_sid")
    methods = ("sms_method", "sms_fallback_method", "voice_method", "voice_fallback_method", "status_callback_method")
    return {
        **dict.fromkeys(urls + applications, ""),
        **dict.fromkeys(absent),
        **dict.fromkeys(methods, "POST"),
        "account_sid": account,
        "address_requirements": "none",
        "api_version": VERSION,
        "beta": False,
        "capabilities": {"fax": False, "mms": False, "sms": True, "voice": False},
        "date_created": rfc_2822(since),
        "date_updated": rfc_2822(since),
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": number,
        "origin": "twilio",
        "phone_number": number,
        "sid": sid,
        "status": "in-use",
        "type": "local",
        "uri": f"{account_uri(account)}/IncomingPhoneNumbers/{sid}.json",
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
    }


def account(sid: str, token: str, since: int) -> Json:
    """The account itself."""
    uri = account_uri(sid)
    return {
        "auth_token": token,
        "date_created": rfc_2822(since),
        "date_updated": rfc_2822(since),
        "friendly_name": "Practice account",
        "owner_account_sid": sid,
        "sid": sid,
        "status": "active",
        "subresource_uris": {
            "incoming_phone_numbers": f"{uri}/IncomingPhoneNumbers.json",
            "messages": f"{uri}/Messages.json",
        },
        "type": "Full",
        "uri": f"{uri}.json",
    }


def page(name: str, items: list[Json], uri: str, filters: dict[str, str], size: int, page_no: int, token: str) -> Json:
    """One page of a list. `filters` go into every link; an empty `token` means that nothing follows."""

    def link(**where: str | int) -> str:
        return f"{uri}?{urlencode({**filters, 'PageSize': size, **where})}"

    start = page_no * size
    return {
        name: items,
        "end": start + max(len(items) - 1, 0),
        "first_page_uri": link(Page=0),
        "next_page_uri": link(Page=page_no + 1, PageToken=token) if token else None,
        "page": page_no,
        "page_size": size,
        "previous_page_uri": None,
        "start": start,
        "uri": link(Page=page_no),
    }


def error(refused: Refused) -> Json:
    """The body of every answer that is not a success."""
    return {
        "code": refused.code,
        "message": refused.message,
        "more_info": f"https://www.twilio.com/docs/errors/{refused.code}",
        "status": refused.status,
    }


def rfc_2822(at: int | None) -> str | None:
    """A date as Twilio writes it, in whole seconds."""
    return None if at is None else format_datetime(moment(at))
