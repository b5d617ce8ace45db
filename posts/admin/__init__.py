from posts.admin.image import ImageAdmin
from posts.admin.post import PostAdmin

__all__ = ["ImageAdmin", "PostAdmin"]
