from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from PIL import ExifTags, Image

from posts import images
from posts.models import Post


def file(image, format="PNG", **options):
    target = BytesIO()
    image.save(target, format, **options)
    target.seek(0)
    return target


def decoded(picture):
    return Image.open(BytesIO(picture.data))


@pytest.mark.parametrize(
    ("format", "kept_as"),
    [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WEBP"), ("AVIF", "AVIF"), ("GIF", "PNG")],
)
def test_a_picture_keeps_its_kind_and_size(format, kept_as):
    picture = images.encode(file(Image.new("RGB", (40, 30), "teal"), format))
    assert decoded(picture).format == kept_as
    assert (picture.width, picture.height) == decoded(picture).size == (40, 30)
    assert "-40x30." in picture.name


def test_what_a_camera_noted_is_gone_and_the_picture_upright():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Secret camera"
    picture = images.encode(file(Image.new("RGB", (40, 30)), "JPEG", exif=exif))
    assert (picture.width, picture.height) == (30, 40)
    assert b"Secret" not in picture.data
    assert not decoded(picture).getexif()


def test_comments_and_profiles_in_the_file_are_gone():
    picture = images.encode(file(Image.new("RGB", (4, 4)), "JPEG", comment=b"hello"))
    assert b"hello" not in picture.data
    assert "icc_profile" not in decoded(picture).info


def test_a_large_picture_is_scaled_down():
    picture = images.encode(file(Image.new("RGB", (4800, 1200)), "JPEG"))
    assert (picture.width, picture.height) == (2400, 600)


def test_transparency_stays():
    picture = images.encode(file(Image.new("RGBA", (4, 4), (255, 0, 0, 0))))
    assert decoded(picture).getpixel((0, 0))[3] == 0


def test_sixteen_bits_of_grey_become_eight():
    picture = images.encode(file(Image.new("I;16", (4, 4), 40_000)))
    assert decoded(picture).getpixel((0, 0)) == 156


def test_a_print_jpeg_becomes_one_for_screens():
    assert decoded(images.encode(file(Image.new("CMYK", (4, 4)), "JPEG"))).mode == "RGB"


def test_of_an_animation_the_first_picture_is_kept():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    picture = images.encode(file(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert picture.moved
    assert decoded(picture).convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_the_same_picture_has_the_same_name():
    one, two = (images.encode(file(Image.new("RGB", (4, 4), "teal"))) for _ in range(2))
    assert one.name == two.name


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- x --><svg/>", "SVG"),
        (b"<html><script>alert(1)</script>", "not a picture"),
        (b"\x89PNG\r\n\x1a\n and no more", "not a picture"),
        (b"", "not a picture"),
        (b"x" * (images.BYTES_MOST + 1), "larger than 15 MB"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(source, words):
    with pytest.raises(ValidationError, match=words):
        images.encode(BytesIO(source))


def test_half_a_picture_is_refused():
    whole = file(Image.effect_noise((200, 200), 50), "JPEG").getvalue()
    with pytest.raises(ValidationError, match="not a picture"):
        images.encode(BytesIO(whole[: len(whole) // 2]))


@pytest.mark.parametrize("side", [6000, 20_000])
def test_a_small_file_that_unfolds_to_many_pixels_is_refused(side):
    with pytest.raises(ValidationError, match="more than 25 million pixels"):
        images.encode(file(Image.new("1", (side, side))))


def test_a_kind_we_do_not_know_is_refused():
    with pytest.raises(ValidationError, match="JPEG, PNG, WebP, GIF or AVIF"):
        images.encode(file(Image.new("RGB", (4, 4)), "TIFF"))


def test_a_page_knows_the_size_of_our_pictures_from_their_names():
    html = '<p><img alt="A" src="/media/0a1b-640x480.jpg"></p>'
    sized = '<p><img width="640" height="480" alt="A" src="/media/0a1b-640x480.jpg"></p>'
    assert images.with_sizes(html) == sized


def test_a_size_the_author_gave_stays():
    html = '<img alt="" src="/media/0a1b-640x480.jpg" width="320">'
    assert images.with_sizes(html) == html


@pytest.mark.django_db
def test_a_post_gives_its_pictures_their_size():
    post = Post.objects.create(title="T", slug="t", body="![A](/media/0a1b-640x480.jpg)")
    assert 'width="640" height="480"' in post.body_html


def test_markdown_survives_brackets_in_a_description():
    assert images.markdown("a-1x1.png", "A [b]\nc") == r"![A \[b\] c](/media/a-1x1.png)"
