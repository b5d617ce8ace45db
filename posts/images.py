"""Pictures: decoded in full, encoded anew without what a camera noted, named by their content."""

import hashlib
import os
import re
import tempfile
import warnings
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from PIL import Image, ImageCms, ImageOps

BYTES_MOST = 15 * 1024 * 1024
PIXELS_MOST = 25_000_000
SIDE_MOST = 2400  # pixels; larger pictures are scaled down

# What is read, and how it is written: its extension, and the options of its encoder.
FORMATS = {
    "JPEG": ("jpg", "JPEG", {"quality": 85, "progressive": True, "optimize": True}),
    "PNG": ("png", "PNG", {"optimize": True}),
    "GIF": ("png", "PNG", {"optimize": True}),  # the first picture of it: nothing here moves
    "WEBP": ("webp", "WEBP", {"quality": 85, "method": 4}),
    "AVIF": ("avif", "AVIF", {"quality": 70, "speed": 8}),
}
KINDS = "JPEG, PNG, WebP, GIF or AVIF"
IMG = re.compile(r'<img\b(?![^>]*\s(?:width|height)=)([^>]*\ssrc="/media/[\w-]+-(\d+)x(\d+)\.\w+")')


@dataclass(frozen=True)
class Picture:
    name: str
    """Its hash, its size and its extension: the same picture has the same name."""
    data: bytes
    width: int
    height: int
    moved: bool
    """It was an animation; only its first picture is kept."""


def encode(file: BinaryIO) -> Picture:
    """The uploaded picture as it is kept. ValidationError says in a sentence what is wrong."""
    source = file.read(BYTES_MOST + 1)
    if len(source) > BYTES_MOST:
        raise ValidationError(f"This file is larger than {BYTES_MOST // 1024**2} MB.")
    if _is_svg(source[:4096].lower()):
        raise ValidationError(
            "This is an SVG: a document that can run programs in the browser of a reader. "
            "Export it as PNG and upload that."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _encode(source)
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except Exception:  # a broken file makes Pillow raise nearly anything
        raise ValidationError(f"This is not a picture we can read. It may be {KINDS}.") from None


def store(picture: Picture) -> None:
    """Write the file into MEDIA_ROOT, whole or not at all."""
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=settings.MEDIA_ROOT, prefix=".upload-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(picture.data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)
        os.replace(unfinished, settings.MEDIA_ROOT / picture.name)
    except BaseException:
        os.unlink(unfinished)
        raise


def delete(name: str) -> None:
    with suppress(FileNotFoundError):
        (settings.MEDIA_ROOT / name).unlink()


def markdown(name: str, alt: str) -> str:
    """What an author writes to show the picture."""
    text = re.sub(r"([\\\[\]])", r"\\\1", " ".join(alt.split()))
    return f"![{text}](/media/{name})"


def with_sizes(html: str) -> str:
    """Say how large our pictures are, as their names tell: no page jumps while they load."""
    return IMG.sub(r'<img width="\2" height="\3"\1', html)


def _is_svg(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") and b"<svg" in head


def _too_large() -> ValidationError:
    most = PIXELS_MOST // 1_000_000
    return ValidationError(f"This picture has more than {most} million pixels. Make it smaller.")


def _encode(source: bytes) -> Picture:
    image = Image.open(BytesIO(source), formats=list(FORMATS))
    if image.width * image.height > PIXELS_MOST:
        raise _too_large()
    extension, format, options = FORMATS[image.format]
    moved = getattr(image, "n_frames", 1) > 1
    image.draft(None, (SIDE_MOST, SIDE_MOST))  # a JPEG is decoded no larger than need be
    image.load()
    image = _plain(image, alpha=format != "JPEG")
    target = BytesIO()
    image.save(target, format, **options)
    data = target.getvalue()
    digest = hashlib.sha256(data).hexdigest()[:20]
    name = f"{digest}-{image.width}x{image.height}.{extension}"
    return Picture(name, data, image.width, image.height, moved)


def _plain(image: Image.Image, *, alpha: bool) -> Image.Image:
    """Pixels alone: upright, scaled down, in sRGB, without EXIF, profiles and comments.

    Scaled early: each copy of a picture of 25 million pixels takes 100 MB.
    """
    profile = image.info.get("icc_profile")
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    transparent = alpha and image.has_transparency_data
    if image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGBA" if transparent else "L" if image.mode == "1" else "RGB")
    image.thumbnail((SIDE_MOST, SIDE_MOST), Image.Resampling.LANCZOS)
    if profile:
        image = _in_srgb(image, profile)
    image = image.convert("RGBA" if transparent else "L" if image.mode == "L" else "RGB")
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """With the colours its profile means; as it is where the profile makes no sense."""
    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    return image
