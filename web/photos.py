"""Pictures that come with a note: looked at, made anew from their pixels alone, and small enough for a page."""

import io
import threading

from PIL import Image, ImageOps

from domain.errors import Refusal
from domain.messages import NewPhoto
from web.forms import MOST_BYTES, Form, Upload

MOST_PHOTOS = 4
"""Pictures on one note."""
MOST_PIXELS = 64_000_000
SIDE = 1600
"""Pixels of the longer side of what is kept."""

_READ = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_QUALITY = 82
_FIELD = "photos"
_BAD = "is no picture that can be read here. Send a JPEG, PNG, WebP or GIF."
_one_at_a_time = threading.Lock()
"""A picture needs much memory while it is made anew; several at once would need several times as much."""


def photos_of(form: Form, name: str = _FIELD) -> tuple[NewPhoto, ...]:
    """The pictures that came in a field of a form, as they are kept.

    Raises Refusal with field "photos", which names the file that is wrong.
    """
    sent = form.files(name)
    if len(sent) > MOST_PHOTOS:
        raise Refusal(f"{len(sent)} photos are too many: {MOST_PHOTOS} fit on one note. Choose fewer.", _FIELD)
    return tuple(_photo(upload, f"Photo {place}") for place, upload in enumerate(sent, 1))


def photo_of(data: bytes, what: str = "The file") -> NewPhoto:
    """A picture made anew: turned as it was held, at most SIDE pixels, a JPEG with no word about where or when.

    What a file says of its own kind is not asked. Raises Refusal with field "photos"; `what` begins its sentence.
    """
    if len(data) > MOST_BYTES:
        raise _too_long(what)
    with _one_at_a_time:
        try:
            return _made_anew(data, what)
        except Refusal:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _too_large(what) from None
        except Exception:  # a file made to do harm can fail in any way
            raise Refusal(f"{what} {_BAD}", _FIELD) from None


def _photo(upload: Upload, what: str) -> NewPhoto:
    if upload.data is None:
        raise _too_long(what)
    return photo_of(upload.data, what)


def _made_anew(data: bytes, what: str) -> NewPhoto:
    with Image.open(io.BytesIO(data), formats=_READ) as image:
        if image.width * image.height > MOST_PIXELS:
            raise _too_large(what)
        image.draft("RGB", (SIDE, SIDE))  # a JPEG is read at a fraction of its size
        image.load()
        turned = ImageOps.exif_transpose(image)
        turned.thumbnail((SIDE, SIDE))
        pixels = _on_white(turned)
    made = io.BytesIO()
    pixels.save(made, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return NewPhoto(made.getvalue(), "image/jpeg", pixels.width, pixels.height)


def _on_white(image: Image.Image) -> Image.Image:
    """The colours alone, in a picture that carries nothing else; what was see-through becomes white."""
    seen = image.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper


def _too_long(what: str) -> Refusal:
    return Refusal(f"{what} is larger than {MOST_BYTES // 1024 // 1024} MB. Send a smaller one.", _FIELD)


def _too_large(what: str) -> Refusal:
    return Refusal(f"{what} has more than {MOST_PIXELS // 1_000_000} million pixels. Send a smaller one.", _FIELD)
