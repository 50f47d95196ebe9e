"""Pictures: whatever comes in, only pixels stay, and what is no picture is told so in words."""

import io
import struct
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.errors import Refusal
from web.forms import MOST_BYTES, Form, Upload
from web.photos import MOST_PHOTOS, SIDE, photo_of, photos_of

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def picture(size: tuple[int, int] = (40, 30), kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    """A picture whose left half is red."""
    image = Image.new(mode, size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    kept = io.BytesIO()
    image.save(kept, kind, **options)
    return kept.getvalue()


def opened(data: bytes) -> Image.Image:
    """A picture as it is kept."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def red(image: Image.Image, x: float, y: float) -> bool:
    """Whether the picture is red there, in fractions of its sides."""
    r, g, _b = image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))  # type: ignore[misc]
    return bool(r > 200 and g < 90)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_usual_kind_becomes_a_jpeg(kind: str) -> None:
    made = photo_of(picture((200, 100), kind))
    image = opened(made.data)
    assert (image.format, image.size) == ("JPEG", (200, 100))
    assert (made.media_type, made.width, made.height) == ("image/jpeg", 200, 100)
    assert red(image, 0.2, 0.5)
    assert not red(image, 0.8, 0.5)


def test_a_large_picture_becomes_small_and_keeps_its_shape() -> None:
    made = photo_of(picture((4000, 3000)))
    assert (made.width, made.height) == (SIDE, SIDE * 3 // 4)


def test_a_picture_stands_as_the_phone_was_held() -> None:
    """Orientation 6: turned a quarter clockwise to be shown, so that the left half is on top."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    made = photo_of(picture((60, 40), exif=exif))
    image = opened(made.data)
    assert image.size == (40, 60)
    assert red(image, 0.5, 0.2)
    assert not red(image, 0.5, 0.8)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_stays(kind: str) -> None:
    exif = Image.Exif()
    exif[MAKER] = "SECRETMAKER"
    exif.get_ifd(GPS)[1] = "N"
    data = picture((60, 40), kind, exif=exif)
    assert b"SECRETMAKER" in data
    made = photo_of(data)
    image = opened(made.data)
    assert b"SECRETMAKER" not in made.data
    assert not dict(image.getexif())
    assert not {"exif", "comment", "icc_profile", "xmp", "photoshop"} & set(image.info)


def test_what_was_appended_to_a_picture_does_not_stay() -> None:
    made = photo_of(picture() + b"<script>alert(1)</script>")
    assert b"script" not in made.data


def test_what_was_see_through_is_white() -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    kept = io.BytesIO()
    image.save(kept, "PNG")
    assert opened(photo_of(kept.getvalue()).data).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    parts = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("size", [(8100, 8000), (10_000, 10_000), (50_000, 50_000)])
def test_a_picture_that_would_fill_the_memory_is_not_opened(size: tuple[int, int]) -> None:
    with pytest.raises(Refusal, match="million pixels"):
        photo_of(bomb(*size))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"%PDF-1.7 ...",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a/*",
        b"\xff\xd8\xff\xe0" + b"\0" * 200,
        bomb(100, 100),
        picture((300, 300))[:600],
    ],
)
def test_what_is_no_picture_is_told_so(data: bytes) -> None:
    with pytest.raises(Refusal, match="no picture that can be read") as told:
        photo_of(data)
    assert told.value.field == "photos"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.data())
def test_a_damaged_file_is_a_picture_or_a_refusal_and_nothing_else(kind: str, data: st.DataObject) -> None:
    whole = bytearray(picture((50, 40), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refusal):
        assert opened(photo_of(bytes(whole)).data).format == "JPEG"


def test_the_sentence_names_the_photo_that_is_wrong() -> None:
    form = Form({}, {"photos": [Upload("a.jpg", picture()), Upload("b.txt", b"hello")]})
    with pytest.raises(Refusal, match=r"^Photo 2 is no picture"):
        photos_of(form)


def test_too_many_and_too_long_are_refused_in_words() -> None:
    many = Form({}, {"photos": [Upload("a.jpg", picture())] * (MOST_PHOTOS + 1)})
    with pytest.raises(Refusal, match="5 photos are too many: 4 fit"):
        photos_of(many)
    with pytest.raises(Refusal, match="Photo 1 is larger than 8 MB"):
        photos_of(Form({}, {"photos": [Upload("a.jpg", None)]}))
    with pytest.raises(Refusal, match="larger than 8 MB"):
        photo_of(b"\0" * (MOST_BYTES + 1))
    assert len(photos_of(Form({}, {"photos": [Upload("a.jpg", picture())] * MOST_PHOTOS}))) == MOST_PHOTOS
    assert photos_of(Form()) == ()
