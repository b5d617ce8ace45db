"""The post and the thread that a new site begins with, until one button removes them."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from comments import moderation
from comments.models import Comment
from posts.models import Post, Site

Status = Comment.Status

AUTHOR = "The author"  # until there is one: see adopt()


@transaction.atomic
def create() -> Post | None:
    """Make the sample, if there is neither a post nor a person yet. Safe in several processes."""
    site = _locked_site()
    if Post.objects.exists() or get_user_model().objects.exists():
        return None
    now = timezone.now()
    post = Post.objects.create(
        title="What the margin is for",
        slug="what-the-margin-is-for",
        summary=SUMMARY,
        body=POST,
        status=Post.Status.PUBLISHED,
        published_at=now - timedelta(days=4),
    )
    _write_thread(post, now)
    site.sample = post
    site.save()
    return post


@transaction.atomic
def remove() -> None:
    """Delete the sample, with whatever was answered to it since."""
    site = _locked_site()
    if site.sample is None:
        return
    post, site.sample = site.sample, None
    site.save()
    depths = post.comments.order_by("-depth").values_list("depth", flat=True).distinct()
    for depth in list(depths):  # replies before what they answer
        post.comments.filter(depth=depth).delete()
    post.delete()


@transaction.atomic
def adopt(user: AbstractBaseUser) -> None:
    """The first author becomes the author of the sample, and of its author's replies."""
    site = _locked_site()
    if site.sample is None:
        return
    name = user.get_full_name() or user.get_username()
    mine = site.sample.comments.filter(author_name=AUTHOR, cleared_by=Comment.ClearedBy.IMPORT)
    mine.update(author=user, author_name=name)
    Post.objects.filter(pk=site.sample_id).update(author=user)
    site.save()  # a new version: no cache keeps the old names


def _locked_site() -> Site:
    Site.objects.current()
    return Site.objects.select_for_update(of=["self"]).select_related("sample").get(pk=Site.ONLY)


def _write_thread(post, now) -> None:
    written = {}
    for key, answers, hours, name, status, body in THREAD:
        written[key] = moderation.restore(
            Comment(
                post=post,
                parent=written.get(answers),
                author_name=name,
                body=body,
                created_at=now - timedelta(hours=hours, minutes=7 * len(written)),
            ),
            status,
            [{"rule": "links", "count": 3}] if status == Status.PENDING else [],
        )


SUMMARY = (
    "For twenty-nine years Margit Sandvik chose which letters a town got to read."
    " A conversation about answering, and about the white space kept free for it."
)

POST = """\
*For twenty-nine years Margit Sandvik edited the letters page of a newspaper in a town of forty
thousand people and one bridge. She read, by her own count, two hundred thousand letters, and
printed one in nine. In spring she retired, and she has not written a letter since. We met in her
kitchen, where the margins of the cookbooks are full.*

**Jonas:** What did you look for in the morning's pile?

**Margit:** The word "but". A letter that says *I agree with your article of the fourteenth* is a
kindness, and I always carried it over to whoever had written the article. It does not need a page.
A letter that says *I agree, but* has somewhere to go. And one that says only *I disagree* has
usually not arrived yet. It wants another evening.

**Jonas:** Did you tell people that?

**Margit:** I rang them up. Not to correct them: to ask what they had been reading when they got
cross. Half the time they were answering a sentence that was not there. They had seen the headline
at the bus stop, carried the quarrel around all day, and by supper they were quarrelling with
something they had written themselves. So I read them the paragraph over the telephone. Some took
the letter back. The others wrote a better one.

> A reply is a way of reading. If it is not that, it is only a way of talking.

**Jonas:** That hung above your desk.

**Margit:** A reader sent it to me, about me. I had cut her second paragraph.

## Two races of men

**Jonas:** You like to say that a letters page is a margin with a printing press.

**Margit:** It is the same wish. Somebody reads, and the reading is too much for one head.
Medieval scribes wrote in [the margin](https://en.wikipedia.org/wiki/Marginalia) that their hands
hurt and that, thank God, it would soon be dark. They were not addressing posterity. They were
nudging whoever sat at the next desk. And the most famous thing ever written in a margin is
[a complaint about its size](https://en.wikipedia.org/wiki/Fermat%27s_Last_Theorem).

**Jonas:** I was brought up never to write in books.

**Margit:** So was I, by people who then lent them to nobody. Charles Lamb divided mankind into two
races, those who borrow and those who lend, and he advised the lenders to look for a friend like
Coleridge. Lend him your books, he wrote, and

> he will return them (generally anticipating the time appointed) with usury; enriched with
> annotations, tripling their value.

I have thought about that every time somebody told me that the public spoils things by answering.
It depends on whom you lend to. But you only find out by lending.

**Jonas:** When did newspapers start to lend?

**Margit:** Almost as soon as there were any. In the 1690s a London bookseller called John Dunton
brought out [a sheet](https://en.wikipedia.org/wiki/The_Athenian_Mercury) with next to nothing in it
but readers' questions, and answers to them: about love, about angels, about the insides of horses.
You did not have to give your name. It sold twice a week. People will tell you that strangers
talking under a text is a recent nuisance. It is one of the first things we did with type.

## One in nine

**Jonas:** And the eight you did not print?

**Margit:** Two were cruel. One was an advertisement for a carpet shop, and always the same carpet
shop. The other five were perfectly good and too late, or too long, or the fourth to say it. Those
five are what kept me awake. Paper is narrow. Each morning I put five reasonable people into a
drawer, and in the afternoon the telephone rang and they asked, quite politely, what had been wrong
with them.

**Jonas:** What did you say?

**Margit:** That nothing had been wrong. That somebody had read it, and that I was the somebody.
You would be surprised how often this was enough. Most people do not need to be printed. They need
to know that the letter did not fall behind a radiator.

**Jonas:** There is no drawer any more. There is room for all nine.

**Margit:** For all nine, and for the carpet shop. So somebody still has to sit there in the
morning. The work was never the cutting, you know. A page where anything may stand is a wall, and
people treat it as one. A page that somebody reads before breakfast is a room. You can tell when
you come in. People lower their voices a little, and then they say something that they mean.

**Jonas:** Did you ever print a letter that you knew was wrong?

**Margit:** Every week! Wrong, and well put, and signed. There is no better present for a town. By
Thursday I would have eleven corrections, two of them wrong as well, and a retired lock-keeper who
had *been there*. I learned how our bridge is built from people who were furious about a letter
about our bridge.

**Jonas:** What makes somebody come back and write a second letter?

**Margit:** Being answered. Not being agreed with. I have had men on the telephone, happy as
children, because they had been contradicted by a professor. What nobody forgives is silence. If
you ever run such a page, answer. It need not be long. *Thank you, I had not known about the
lock-keeper* will do for ten years.

**Jonas:** And the last word? Who should have it?

**Margit:** On paper it was always mine: I could add a line in italics, *the editor replies*. I did
it a great deal when I was young. Later I noticed that the page was better on the days when I kept
my line to myself, and somebody in the town had the last word. Until next morning. *(She gets up to
turn off the soup.)* It is only ever until next morning.

*The margin of this page is below. What is written there can also be followed
[as a feed](/comments/feed/).*
"""

# Each: a name here, the one it answers, how many hours ago, by whom, status, text.
THREAD = [
    (
        "supper",
        None,
        90,
        "Ann",
        Status.APPROVED,
        "> A letter that says *I agree, but* has somewhere to go.\n"
        "\n"
        "My grandmother had a stricter rule. Nobody was allowed a “but” before they had repeated "
        "what the other person had just said, and the other person had nodded.\n"
        "\n"
        "Supper took until ten.",
    ),
    (
        "nod",
        "supper",
        86,
        "Bo Lindgren",
        Status.APPROVED,
        "So, if I have this right: at your grandmother's you had to say it back first, and wait "
        "for the nod?",
    ),
    ("nodded", "nod", 85, "Ann", Status.APPROVED, "*(nods)*"),
    (
        "soup",
        "nodded",
        71,
        AUTHOR,
        Status.APPROVED,
        "Jonas tells me that she did this to him for two hours. The parts in which he only said "
        "her sentences back to her, and got them wrong, are not printed above. They were the best.",
    ),
    (
        "print",
        "soup",
        70,
        "Bo Lindgren",
        Status.APPROVED,
        "But …\n\nNo. Give me an evening.",
    ),
    (
        "rude",
        None,
        66,
        "A Reader",
        Status.TRASH,
        "An editor who threw away eight letters out of nine lectures us about listening. Typical "
        "of these people, every one of them.",
    ),
    (
        "eight",
        "rude",
        64,
        "Ann",
        Status.APPROVED,
        "I read it the other way round. She is still counting the five in the drawer. I don't know "
        "many people who remember what they left out.",
    ),
    (
        "found",
        None,
        51,
        "Henrik Moe",
        Status.APPROVED,
        "I sell second-hand books, so the margins pass through my hands. Found this year:\n"
        "\n"
        "- “No!” seven times in a history of the railways, and on the last page “well, all right”\n"
        "- beside a recipe for plum cake: “not for Erik”\n"
        "- a telephone number, with no name, in a novel about loneliness\n"
        "\n"
        "I never rub anything out. I charge two crowns more.",
    ),
    (
        "catalogue",
        "found",
        47,
        "Pilar Ortega",
        Status.APPROVED,
        "Library cataloguer here: these have a field of their own, `562 $a`, “identifying "
        "markings”. I once typed `562 $a Annotated throughout by a person who disagrees` and "
        "nobody has ever corrected it.",
    ),
    (
        "agree",
        None,
        22,
        "Tove",
        Status.APPROVED,
        "I came down here to write that I agree. Now I don't know whether that is allowed.",
    ),
    (
        "kindness",
        "agree",
        19,
        AUTHOR,
        Status.APPROVED,
        "It is a kindness, she says so in her first answer. I have carried it over to her.",
    ),
    (
        "reading",
        None,
        5,
        "Clara Weiss",
        Status.PENDING,
        "For those who want to read on, three good rabbit holes: "
        "[commonplace books](https://en.wikipedia.org/wiki/Commonplace_book), "
        "[glosses](https://en.wikipedia.org/wiki/Gloss_%28annotation%29) and "
        "[letters to the editor](https://en.wikipedia.org/wiki/Letter_to_the_editor). "
        "I lost a Sunday to the second.",
    ),
]
